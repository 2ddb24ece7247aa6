"""Materialize: a projection's rows become sorted, checked, hashed data files, one a bucket, not yet committed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import arrow, int64s
from pipelines.checks import Check, Findings, require_clean
from pipelines.engines.base import Engine
from pipelines.invariants import checks_of
from pipelines.policy import Policy
from pipelines.projections import AnyProjection, BucketInputs, BucketProjection, Exchange, Projection
from pipelines.runs.exchange import Pieces, exchange, fetch, shuffle
from pipelines.runs.extraction import Extracted
from pipelines.sorting import order_by
from pipelines.storage import datafiles, places
from pipelines.storage.datafiles import DataFile, write_buckets
from pipelines.storage.lake import Lake
from pipelines.tables import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

BATCH_ROWS = 128 * 1024
EVENTS_PER_BUCKET = 1 << 20
"""As many as a bucket has at least: what a task makes of them stays mostly in the cache."""

ENOUGH_BUCKETS = 32
"""Above as many, larger ones are quicker: what belongs to others is sent in fewer and larger pieces."""

BYTES_PER_EVENT = 512
"""What a task holds of its bucket for each event of the log that is the bucket's share, at most."""

Written = tuple[DataFile, Findings]
NOTHING = Extracted()
Places = tuple[tuple[int, str], ...]
"""By bucket, where a table's files are."""


@dataclass(frozen=True)
class BuildContext:
    """What every table of a run is built with: the lake, the engine, the policy, the number of buckets.

    `memory` is how many bytes all tasks that run at once may hold, `mark` what the names of data files begin with.
    """

    lake: Lake
    engine: Engine
    policy: Policy
    buckets: int
    memory: int
    mark: str | None = None


@dataclass(frozen=True)
class Staged:
    """A table's data files, written and checked, not yet committed."""

    table: Table
    place: str
    files: tuple[DataFile, ...]

    @property
    def rows(self) -> int:
        """How many rows the files hold."""
        return sum(file.rows for file in self.files)

    @property
    def content_hash(self) -> str:
        """The hash of all rows, in any order."""
        return str(sum(file.content_hash for file in self.files))

    @property
    def places(self) -> Places:
        """By bucket, where the files are."""
        return tuple((file.bucket, places.join(self.place, file.path)) for file in self.files)

    def discard(self) -> None:
        """Remove the files."""
        for _, place in self.places:
            places.remove(place)


def buckets_for(events: int, memory: int) -> int:
    """The number of buckets, a power of two; a task that makes one holds its share of the events within the memory."""
    share = min(max(EVENTS_PER_BUCKET, events // ENOUGH_BUCKETS), memory // BYTES_PER_EVENT)
    return 1 << max(0, -(-events // share) - 1).bit_length()


def frame_of(session: "SparkSession", table: Table, files: Sequence[str]) -> "DataFrame":
    """The rows of data files as a DataFrame."""
    if not files:
        return session.createDataFrame([], table.ddl)
    return session.read.schema(table.ddl).parquet(*files)


def materialize_frame(
    projection: Projection, frames: Mapping[str, "DataFrame"], place: str, context: BuildContext
) -> Staged:
    """Stage a projection that is a DataFrame. Raises ContractError, AuditError."""
    table = projection.table
    frame = projection.build(frames)
    table.check((field.name, field.dataType.simpleString()) for field in frame.schema.fields)
    task = partial(_write_ordered, table, place, checks_of(projection, context.policy), context.mark)
    with context.lake.scratch() as folder:
        pieces = shuffle(frame, table.bucket_by, context.buckets, folder)
        return _staged(table, place, context.engine.run(task, list(pieces.items())))


def _write_ordered(
    table: Table, place: str, checks: tuple[Check, ...], mark: str | None, one: tuple[int, Pieces]
) -> list[Written]:
    """The task that writes a bucket's rows, sorted here: Sail drops a sort before it."""
    bucket, pieces = one
    found = in_order(table, fetch(pieces)).select(table.names).cast(table.arrow)
    batches = found.combine_chunks().to_batches(BATCH_ROWS)
    return list(write_buckets(place, table, checks, ((bucket, batch) for batch in batches), mark))


def in_order(table: Table, rows: pa.Table) -> pa.Table:
    """The rows in the table's order."""
    names = [name.lstrip("-") for name in table.order]
    falling = [place for place, name in enumerate(table.order) if name.startswith("-")]
    if all(pa.types.is_integer(rows[name].type) and not rows[name].null_count for name in names):
        columns = [int64s(rows[name].cast(pa.int64())) for name in names]
        return rows.take(arrow(order_by(*columns, descending=falling), pa.int32()))
    keys = [(name, "descending" if place in falling else "ascending") for place, name in enumerate(names)]
    return rows.take(pc.sort_indices(rows, keys))


def inputs_of(projection: AnyProjection, held: Mapping[str, Places], context: BuildContext) -> BucketInputs:
    """What the tasks of a projection may read of the tables that there are."""
    read = {name: held[name] for name in projection.reads if name in held}
    slots = context.engine.slots
    shared = context.memory // 2 if context.engine.shares_memory else context.memory // 2 // slots
    return BucketInputs(
        context.policy, context.buckets, read, datafiles.read, datafiles.count, context.memory // slots, shared
    )


def materialize_buckets(
    projection: BucketProjection,
    held: Mapping[str, Places],
    place: str,
    context: BuildContext,
    extracted: Extracted = NOTHING,
) -> Staged:
    """Stage a projection that is made bucket by bucket of what is held, or was extracted. Raises AuditError."""
    inputs = replace(inputs_of(projection, held, context), extracted=extracted.of(projection.extracts).rows)
    with context.lake.scratch() as folder:
        if projection.exchange is not None:
            inputs = _with_exchanged(projection.exchange, projection.table.bucket_by, inputs, folder, context)
        task = partial(_write_merged, projection, inputs, place, checks_of(projection, context.policy), context.mark)
        return _staged(projection.table, place, context.engine.run(task, range(context.buckets)))


def _with_exchanged(
    sent: Exchange, by: str | None, inputs: BucketInputs, folder: str, context: BuildContext
) -> BucketInputs:
    """The inputs with what gives the rows that were sent to a bucket, once all are written to the folder."""
    if sent.before is not None:
        inputs = _with_exchanged(sent.before, by, inputs, folder, context)
    pieces = exchange(context.engine, partial(_sent, sent, inputs), sent.by or by, context.buckets, folder)
    return replace(inputs, received=partial(_received, sent.schema, pieces))


def _sent(sent: Exchange, inputs: BucketInputs, bucket: int) -> pa.Table:
    return sent.rows(bucket, inputs).cast(sent.schema)


def _received(schema: pa.Schema, pieces: Mapping[int, Pieces], bucket: int) -> pa.Table:
    return fetch(pieces[bucket]) if bucket in pieces else schema.empty_table()


def _write_merged(
    projection: BucketProjection,
    inputs: BucketInputs,
    place: str,
    checks: tuple[Check, ...],
    mark: str | None,
    bucket: int,
) -> list[Written]:
    """The task that merges a bucket's rows and writes them."""
    batches = ((bucket, batch) for batch in projection.merge(bucket, inputs))
    return list(write_buckets(place, projection.table, (*checks, *projection.audits(bucket, inputs)), batches, mark))


def _staged(table: Table, place: str, by_bucket: list[list[Written]]) -> Staged:
    written = list(chain.from_iterable(by_bucket))
    staged = Staged(table, place, tuple(sorted((file for file, _ in written), key=lambda file: file.bucket)))
    findings = Findings()
    for _, found in written:
        for check, count in found.counts.items():
            findings.add(check, count, found.samples[check])
    require_clean(table.name, findings)
    return staged

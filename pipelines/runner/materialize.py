"""Materialize: a projection's rows become sorted, checked, hashed data files, one a bucket, not yet committed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import arrow, int64s
from pipelines.checks import AuditError, Check, Findings, require_clean
from pipelines.engines.base import Engine
from pipelines.policy import Policy
from pipelines.projections import AnyProjection, BucketInputs, BucketProjection, Projection, Spread
from pipelines.runner.invariants import checks_of
from pipelines.runner.scattering import Pieces, gathered, scatter, spread
from pipelines.runner.sifting import Sifted
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
NOTHING = Sifted()
Places = tuple[tuple[int, str], ...]
"""By bucket, where a table's files are."""


@dataclass(frozen=True)
class Workshop:
    """What tables are made with: tasks of the engine, in so many buckets, under a policy; scratch is the lake's.

    `memory` is how many bytes all tasks that run at once may hold.
    """

    lake: Lake
    engine: Engine
    policy: Policy
    buckets: int
    memory: int


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


def materialize_frame(projection: Projection, frames: Mapping[str, "DataFrame"], place: str, at: Workshop) -> Staged:
    """Stage a projection that is a DataFrame. Raises ContractError, AuditError."""
    table = projection.table
    frame = projection.build(frames)
    table.check((field.name, field.dataType.simpleString()) for field in frame.schema.fields)
    task = partial(_write_ordered, table, place, checks_of(projection, at.policy))
    with at.lake.scratch() as folder:
        pieces = scatter(frame, table.bucket_by, at.buckets, folder)
        return _staged(table, place, at.engine.run(task, list(pieces.items())))


def _write_ordered(table: Table, place: str, checks: tuple[Check, ...], one: tuple[int, Pieces]) -> list[Written]:
    """The task that writes a bucket's rows, sorted here: Sail drops a sort before it."""
    bucket, pieces = one
    found = in_order(table, gathered(pieces)).select(table.names).cast(table.arrow)
    batches = found.combine_chunks().to_batches(BATCH_ROWS)
    return list(write_buckets(place, table, checks, ((bucket, batch) for batch in batches)))


def in_order(table: Table, rows: pa.Table) -> pa.Table:
    """The rows in the table's order."""
    names = [name.lstrip("-") for name in table.order]
    falling = [place for place, name in enumerate(table.order) if name.startswith("-")]
    if all(pa.types.is_integer(rows[name].type) and not rows[name].null_count for name in names):
        columns = [int64s(rows[name].cast(pa.int64())) for name in names]
        return rows.take(arrow(order_by(*columns, descending=falling), pa.int32()))
    keys = [(name, "descending" if place in falling else "ascending") for place, name in enumerate(names)]
    return rows.take(pc.sort_indices(rows, keys))


def inputs_of(projection: AnyProjection, held: Mapping[str, Places], at: Workshop) -> BucketInputs:
    """What the tasks of a projection may read of the tables that are held."""
    read = {name: held[name] for name in projection.reads if name in held}
    slots = at.engine.slots
    shared = at.memory // 2 if at.engine.shares_memory else at.memory // 2 // slots
    return BucketInputs(at.policy, at.buckets, read, datafiles.read, datafiles.count, at.memory // slots, shared)


def materialize_buckets(
    projection: BucketProjection, held: Mapping[str, Places], place: str, at: Workshop, sifted: Sifted = NOTHING
) -> Staged:
    """Stage a projection that is made bucket by bucket of what is held, or was sifted. Raises AuditError."""
    inputs = replace(inputs_of(projection, held, at), sifted=sifted.of(projection.sifts).rows)
    with at.lake.scratch() as folder:
        if projection.spread is not None:
            inputs = _with_arrivals(projection.spread, projection.table.bucket_by, inputs, folder, at)
        task = partial(_write_merged, projection, inputs, place, checks_of(projection, at.policy))
        return _staged(projection.table, place, at.engine.run(task, range(at.buckets)))


def _with_arrivals(sent: Spread, by: str | None, inputs: BucketInputs, folder: str, at: Workshop) -> BucketInputs:
    """The inputs with what gives the rows that were spread to a bucket, once all are written to the folder."""
    if sent.before is not None:
        inputs = _with_arrivals(sent.before, by, inputs, folder, at)
    pieces = spread(at.engine, partial(_sent, sent, inputs), sent.by or by, at.buckets, folder)
    return replace(inputs, arrived=partial(_arrived, sent.schema, pieces))


def _sent(sent: Spread, inputs: BucketInputs, bucket: int) -> pa.Table:
    return sent.rows(bucket, inputs).cast(sent.schema)


def _arrived(schema: pa.Schema, pieces: Mapping[int, Pieces], bucket: int) -> pa.Table:
    return gathered(pieces[bucket]) if bucket in pieces else schema.empty_table()


def _write_merged(
    projection: BucketProjection, inputs: BucketInputs, place: str, checks: tuple[Check, ...], bucket: int
) -> list[Written]:
    """The task that merges a bucket's rows and writes them."""
    batches = ((bucket, batch) for batch in projection.merge(bucket, inputs))
    return list(write_buckets(place, projection.table, (*checks, *projection.audits(bucket, inputs)), batches))


def _staged(table: Table, place: str, by_bucket: list[list[Written]]) -> Staged:
    written = list(chain.from_iterable(by_bucket))
    staged = Staged(table, place, tuple(sorted((file for file, _ in written), key=lambda file: file.bucket)))
    findings = Findings()
    for _, found in written:
        for check, count in found.counts.items():
            findings.add(check, count, found.samples[check])
    try:
        require_clean(table.name, findings)
    except AuditError:
        staged.discard()
        raise
    return staged

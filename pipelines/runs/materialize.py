"""Materialize: a projection's rows become sorted, checked, hashed data files, one a bucket, not yet committed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import arrow, int64s, no_rows
from pipelines.checks import Check, Findings, require_clean
from pipelines.invariants import checks_of
from pipelines.projections import AnyProjection, BucketInputs, BucketProjection, Exchange, Projection
from pipelines.runs.exchange import Pieces, exchange, fetch, shuffle
from pipelines.runs.extraction import Extracted
from pipelines.runs.staged import BuildContext, Places, Staged
from pipelines.sorting import order_by
from pipelines.storage import datafiles
from pipelines.storage.datafiles import DataFile, write_buckets
from pipelines.tables import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

BATCH_ROWS = 128 * 1024
Written = tuple[DataFile, Findings]
NOTHING = Extracted()


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


def inputs_of(
    projection: AnyProjection,
    held: Mapping[str, Places],
    context: BuildContext,
    earlier: Mapping[str, Places] | None = None,
) -> BucketInputs:
    """What the tasks of a projection may read of the tables that there are, and of what they were."""
    read = {name: held[name] for name in projection.reads if name in held}
    states = projection.states if isinstance(projection, BucketProjection) else {}
    slots = context.engine.slots
    shared = context.memory // 2 if context.engine.shares_memory else context.memory // 2 // slots
    return BucketInputs(
        context.policy,
        context.buckets,
        read,
        datafiles.read,
        datafiles.count,
        context.memory // slots,
        shared,
        earlier=earlier or {},
        states=states,
    )


def materialize_buckets(
    projection: BucketProjection,
    held: Mapping[str, Places],
    place: str,
    context: BuildContext,
    extracted: Extracted = NOTHING,
    earlier: Mapping[str, Places] | None = None,
) -> Staged:
    """Stage a projection that is made bucket by bucket of what is held, was extracted, or was before.

    Raises AuditError.
    """
    inputs = replace(inputs_of(projection, held, context, earlier), extracted=extracted.of(projection.extracts).rows)
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
    return fetch(pieces[bucket]) if bucket in pieces else no_rows(schema)


def _write_merged(
    projection: BucketProjection,
    inputs: BucketInputs,
    place: str,
    checks: tuple[Check, ...],
    mark: str | None,
    bucket: int,
) -> list[Written]:
    """The task that merges a bucket's rows and writes them."""
    if projection.update is not None and inputs.earlier:
        rows, audits = projection.update(bucket, inputs)
    else:
        rows, audits = projection.merge(bucket, inputs), projection.audits(bucket, inputs)
    return list(write_buckets(place, projection.table, (*checks, *audits), ((bucket, one) for one in rows), mark))


def _staged(table: Table, place: str, by_bucket: list[list[Written]]) -> Staged:
    written = list(chain.from_iterable(by_bucket))
    staged = Staged(table, place, tuple(sorted((file for file, _ in written), key=lambda file: file.bucket)))
    findings = Findings()
    for _, found in written:
        for check, count in found.counts.items():
            findings.add(check, count, found.samples[check])
    require_clean(table.name, findings)
    return staged

"""Materialize: a projection's rows become sorted, checked, hashed data files, bucket by bucket, not yet committed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.checks import Check, Findings, require_clean
from pipelines.inputs import BucketInputs
from pipelines.invariants import checks_of
from pipelines.ordering import in_order
from pipelines.projections import AnyProjection, BucketProjection, Projection
from pipelines.ranges import Ranges, are_apart
from pipelines.runs.exchange import Sent, fetch, receivers, shuffle
from pipelines.runs.extraction import Extracted
from pipelines.runs.sending import with_sent
from pipelines.runs.staged import BuildContext, Staged
from pipelines.storage import datafiles
from pipelines.storage.bucket_files import write_buckets
from pipelines.storage.datafiles import NO_ROWS, Content, DataFile, total
from pipelines.tables import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

BATCH_ROWS = 128 * 1024
Written = tuple[DataFile, Findings]
NOTHING = Extracted()


def materialize_frame(
    projection: Projection, frames: Mapping[str, "DataFrame"], place: str, context: BuildContext
) -> Staged:
    """Stage a projection that is a DataFrame. Raises ContractError, AuditError."""
    table = projection.table
    frame = projection.build(frames)
    table.check((field.name, field.dataType.simpleString()) for field in frame.schema.fields)
    with context.staging() as folder:
        sent = shuffle(frame, table.bucket_by, context.buckets, folder)
        task = partial(_write_ordered, table, place, checks_of(projection, context.policy), context.mark, sent)
        return staged(table, place, context.engine.run(task, receivers(sent, context.buckets)))


def _write_ordered(
    table: Table, place: str, checks: tuple[Check, ...], mark: str | None, sent: tuple[Sent, ...], bucket: int
) -> list[Written]:
    """The task that writes a bucket's rows, sorted here: Sail drops a sort before it."""
    found = in_order(table, fetch(sent, bucket, table.arrow)).select(table.names).cast(table.arrow)
    batches = found.combine_chunks().to_batches(BATCH_ROWS)
    return list(write_buckets(place, table, checks, ((bucket, batch) for batch in batches), mark))


def inputs_of(projection: AnyProjection, held: Mapping[str, Ranges], context: BuildContext) -> BucketInputs:
    """What the tasks of a projection may read of the tables that there are."""
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
        states=states,
    )


def materialize_buckets(
    projection: BucketProjection,
    held: Mapping[str, Ranges],
    place: str,
    context: BuildContext,
    extracted: Extracted = NOTHING,
) -> Staged:
    """Stage a projection that is made bucket by bucket, of what is held or was extracted. Raises AuditError."""
    told = extracted.of(projection.extracts)
    inputs = replace(inputs_of(projection, held, context), extracted=told.rows)
    with context.staging() as folder:
        if projection.exchange is not None:
            inputs = with_sent(projection.exchange, projection.table.bucket_by, inputs, folder, context)
        checks = checks_of(projection, context.policy)
        task = partial(_write_merged, projection, inputs, told, place, checks, context.mark)
        return staged(projection.table, place, context.engine.run(task, range(context.buckets)))


def _write_merged(
    projection: BucketProjection,
    inputs: BucketInputs,
    extracted: Extracted,
    place: str,
    checks: tuple[Check, ...],
    mark: str | None,
    bucket: int,
) -> list[Written]:
    """The task that merges a bucket's rows and writes them."""
    rows, audits = _merged(projection, inputs, extracted, bucket), projection.audits(bucket, inputs)
    return list(write_buckets(place, projection.table, (*checks, *audits), ((bucket, one) for one in rows), mark))


def _merged(
    projection: BucketProjection, inputs: BucketInputs, extracted: Extracted, bucket: int
) -> Iterator[pa.RecordBatch]:
    """A bucket's rows; of the events of one portion after another where these make the rows of their owners."""
    parts, table = extracted.by_portion(), projection.table
    are_of_owners = {one.by for one in projection.extracts} == {table.bucket_by} != {None}
    if len(parts) == 1 or not are_of_owners:
        yield from projection.merge(bucket, inputs)
        return
    of_each = (projection.merge(bucket, replace(inputs, extracted=part.rows)) for part in parts)
    rows = pa.concat_tables(pa.Table.from_batches(made, table.arrow) for made in of_each)
    yield from in_order(table, rows).combine_chunks().to_batches(BATCH_ROWS)


def staged_beside(
    table: Table,
    place: str,
    by_bucket: Iterable[Iterable[Written]],
    own: Ranges,
    replaced: Mapping[str, Content],
    before: Content,
) -> Staged:
    """What was written in the place of some of a table's own files, beside the others.

    `replaced` has what is in those files, `before` is what was in all. Raises AuditError where a check found anything.
    """
    gone = total(replaced.values())
    kept = tuple(file for file in own if file.place not in replaced)
    left = Content(before.rows - gone.rows, before.hash - gone.hash)
    return staged(table, place, by_bucket, kept, left)


def staged(
    table: Table,
    place: str,
    by_bucket: Iterable[Iterable[Written]],
    kept: Ranges = (),
    kept_content: Content = NO_ROWS,
) -> Staged:
    """What was written, beside what is kept. Raises AuditError where a check found anything."""
    written = list(chain.from_iterable(by_bucket))
    files = tuple(sorted((file for file, _ in written), key=lambda file: (file.bucket, file.first)))
    found = Staged(table, place, files, kept, kept_content)
    findings = Findings()
    for _, faults in written:
        for check, count in faults.counts.items():
            findings.add(check, count, faults.samples[check])
    if table.owner is not None and not table.grows and not are_apart(found.ranges):
        findings.add(f"no {table.owner} is in two files", 1, [])
    require_clean(table.name, findings)
    return found

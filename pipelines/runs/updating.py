"""Updating: of the owners of whom something changed the rows are made anew, and only the files that have them."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from itertools import chain, groupby
from operator import itemgetter

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, arrow, int64s, no_rows
from pipelines.checks import Check
from pipelines.invariants import checks_of
from pipelines.owners import belong_to, files_touched, of_owners, parted, with_rows_replaced, without_owners
from pipelines.projections import BucketInputs, BucketProjection
from pipelines.ranges import FileRange, Ranges, in_bucket
from pipelines.runs.exchange import ROWS
from pipelines.runs.materialize import Written, in_order, staged
from pipelines.runs.sending import Resent, is_resendable, resent, with_sent
from pipelines.runs.staged import BuildContext, Staged
from pipelines.storage import datafiles, places
from pipelines.storage.datafiles import Content, write_buckets
from pipelines.storage.staging import read_tables, write_stage
from pipelines.tables import Table

Touched = Mapping[int, str]
"""By bucket of a table, the file of the owners of whom something may have changed."""


@dataclass(frozen=True)
class Updated:
    """A table of which some rows were made anew, and the owners of those."""

    staged: Staged
    touched: Touched


@dataclass(frozen=True)
class _Rewritten:
    """What a task has done: the files that it wrote, and those whose place they take; where it noted the owners."""

    written: list[Written] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    touched: str | None = None

    def and_also(self, other: "_Rewritten") -> "_Rewritten":
        """What both have done."""
        written, replaced = [*self.written, *other.written], [*self.replaced, *other.replaced]
        return replace(self, written=written, replaced=replaced)


Write = Callable[[tuple[Check, ...], Ranges, Iterator[pa.RecordBatch]], _Rewritten]
"""Writes rows, with further checks, in the place of some files."""


def owners_touched(by_table: Mapping[str, Touched], table: str, bucket: int) -> Int64s:
    """The owners in a bucket of a table of whom something may have changed."""
    place = by_table.get(table, {}).get(bucket)
    if place is None:
        return np.empty(0, np.int64)
    (rows,) = read_tables(place, [0])
    return int64s(rows["owner"])


def update_buckets(
    projection: BucketProjection,
    inputs: BucketInputs,
    place: str,
    context: BuildContext,
    before: Content,
    folder: str,
) -> Updated:
    """Stage a projection of what it was, and of what changed since in what it is made of. Raises AuditError.

    `inputs` have what was and what is, `before` is what is known of the table as it was; a folder gets the owners.
    """
    with context.lake.scratch() as sent:
        sending = _sending(projection, inputs, sent, context)
        task = partial(_update, projection, sending, place, checks_of(projection, context.policy), context.mark, folder)
        done = context.engine.run(task, range(context.buckets))
    replaced = set(chain.from_iterable(one.replaced for one in done))
    gone = [datafiles.content(one) for one in replaced]
    kept = tuple(file for file in inputs.own if file.place not in replaced)
    left = Content(before.rows - sum(one.rows for one in gone), before.hash - sum(one.hash for one in gone))
    made = staged(projection.table, place, (one.written for one in done), kept, left)
    return Updated(made, {bucket: one.touched for bucket, one in enumerate(done) if one.touched is not None})


def _sending(
    projection: BucketProjection, inputs: BucketInputs, folder: str, context: BuildContext
) -> "BucketInputs | Resent":
    """The inputs with what is sent, all of it or what changed."""
    if projection.exchange is None:
        return inputs
    if is_resendable(projection.exchange):
        return resent(projection.exchange, projection.table.bucket_by, inputs, folder, context)
    return with_sent(projection.exchange, projection.table.bucket_by, inputs, folder, context)


def _update(
    projection: BucketProjection,
    sending: "BucketInputs | Resent",
    place: str,
    checks: tuple[Check, ...],
    mark: str | None,
    folder: str,
    bucket: int,
) -> _Rewritten:
    """The task: the files of a bucket that have rows of touched owners, anew."""
    table, inputs = projection.table, sending.inputs if isinstance(sending, Resent) else sending
    write = partial(_write, table, place, mark, bucket)
    files = in_bucket(inputs.own, bucket)
    owners = _owners(projection, sending, inputs, bucket)
    if projection.update is not None:
        return _by_update(projection, inputs, bucket, owners, partial(write, checks))
    old = files if owners is None or table.owner is None else _of(files_touched(files, owners))
    held = {file.place: inputs.open(file.place, list(table.names)) for file in old}
    owners, made = _made(projection, sending, replace(inputs, held=held), bucket, owners)
    if not len(owners):
        return _Rewritten()
    done = _Rewritten(touched=_noted(folder, owners))
    for some, theirs in files_touched(files, owners) if table.owner is not None else [(files, owners)]:
        rows = pa.concat_tables([no_rows(table.arrow), *(held[file.place] for file in some)])
        done = done.and_also(write(checks, (), some, iter(_spliced(table, rows, made, theirs).to_batches(ROWS))))
    return done


def _by_update(
    projection: BucketProjection, inputs: BucketInputs, bucket: int, owners: Int64s | None, write: Write
) -> _Rewritten:
    """The files of a bucket that have rows of touched owners, as the projection itself says; all if it does not."""
    files = in_bucket(inputs.own, bucket)
    if owners is None or projection.update is None:
        return write(projection.audits(bucket, inputs), files, projection.merge(bucket, inputs))
    if not len(owners):
        return _Rewritten()
    parts = [some for some, _ in files_touched(files, owners)]
    own = tuple(file for some in parts for file in some)
    rows, audits = projection.update(bucket, replace(inputs, own=own), partial(belong_to, files, own))
    done, written = _Rewritten(), set[int]()
    by_part = parted(rows, str(projection.table.owner), [_end(files, some) for some in parts[:-1]])
    for number, of_part in groupby(by_part, itemgetter(0)):
        done = done.and_also(write(audits, parts[number], (batch for _, batch in of_part)))
        written.add(number)
    empty = (one for number, one in enumerate(parts) if number not in written)
    return reduce(_Rewritten.and_also, (write(audits, one, iter(())) for one in empty), done)


def _end(files: Ranges, some: Ranges) -> int:
    """The last owner who belongs to one of some files, which stand beside one another."""
    return files[files.index(some[-1]) + 1].first - 1


def _of(parts: Iterable[tuple[Ranges, Int64s]]) -> list[FileRange]:
    """The files of all parts."""
    return [file for files, _ in parts for file in files]


def _made(
    projection: BucketProjection,
    sending: "BucketInputs | Resent",
    inputs: BucketInputs,
    bucket: int,
    owners: Int64s | None,
) -> tuple[Int64s, pa.Table]:
    """The owners of a bucket of whom something may have changed, and their rows; all where it is not known of whom."""
    table = projection.table
    if owners is not None and not len(owners):
        return owners, no_rows(table.arrow)
    chosen = inputs if owners is None else inputs.choosing(dict.fromkeys((table, *projection.beside), owners))
    if isinstance(sending, Resent):
        received = sending.in_all(bucket, table.bucket_by, chosen)
        chosen = replace(chosen, received=lambda _: received)
    rows = pa.Table.from_batches(projection.merge(bucket, chosen), table.arrow)
    if owners is not None:
        return owners, rows
    if table.bucket_by is None:
        return np.zeros(1, np.int64), rows
    every = pa.concat_tables(one.select([table.bucket_by]) for one in (*inputs.held.values(), rows))
    return np.unique(int64s(every[table.bucket_by])), rows


def _owners(
    projection: BucketProjection, sending: "BucketInputs | Resent", inputs: BucketInputs, bucket: int
) -> Int64s | None:
    """Those of whom something may have changed, said by the projection, by events or by what is sent to them."""
    owners = projection.touched(bucket, inputs)
    if owners is None:
        return None
    by = str(projection.table.bucket_by)
    told = [int64s(inputs.extracted(one, bucket)[str(one.by)]) for one in projection.extracts]
    sent = [sending.owners(bucket, by)] if isinstance(sending, Resent) else []
    return np.unique(np.concatenate([owners, *told, *sent]))


def _spliced(table: Table, old: pa.Table, made: pa.Table, owners: Int64s) -> pa.Table:
    """Old rows, with those that were made instead of what the owners had, in order."""
    if table.bucket_by is None:
        return made
    if table.owner is None:
        return in_order(table, pa.concat_tables([without_owners(old, table.bucket_by, owners), made]))
    return with_rows_replaced(old, of_owners(made, table.owner, owners), table.owner, owners)


def _write(
    table: Table,
    place: str,
    mark: str | None,
    bucket: int,
    checks: tuple[Check, ...],
    audits: tuple[Check, ...],
    files: Ranges,
    rows: Iterator[pa.RecordBatch],
) -> _Rewritten:
    """Rows in the place of some files, unless they are the same."""
    written = list(write_buckets(place, table, (*checks, *audits), ((bucket, one) for one in rows), mark))
    old = [datafiles.content(file.place) for file in files]
    new = [Content(file.rows, file.content_hash) for file, _ in written]
    if any(found.counts for _, found in written) or _total(old) != _total(new):
        return _Rewritten(written, [file.place for file in files])
    for file, _ in written:
        places.remove(places.join(place, file.path))
    return _Rewritten()


def _total(some: list[Content]) -> Content:
    return Content(sum(one.rows for one in some), sum(one.hash for one in some))


def _noted(folder: str, owners: Int64s) -> str:
    """Where the owners of whom something may have changed are written down."""
    place = places.join(folder, uuid.uuid4().hex)
    write_stage(place, [pa.table({"owner": arrow(owners, pa.int64())})])
    return place

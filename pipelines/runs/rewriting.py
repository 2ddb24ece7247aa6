"""Rewriting: the rows of those of a bucket's owners of whom something changed, in new files instead of theirs."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, arrow, int64s, no_rows
from pipelines.checks import Check
from pipelines.differences import times
from pipelines.ordering import in_order
from pipelines.owners import files_touched, of_owners, parted, with_rows_replaced, without_owners
from pipelines.ranges import FileRange, Ranges, in_bucket, with_rows_of
from pipelines.runs.exchange import ROWS
from pipelines.runs.generations import changes, parts
from pipelines.runs.making import Making
from pipelines.runs.materialize import Written
from pipelines.storage import datafiles, places
from pipelines.storage.bucket_files import write_buckets
from pipelines.storage.datafiles import Content, total
from pipelines.storage.staging import write_stage
from pipelines.tables import Table

OWNER = "owner"
"""The column of the owners who are noted."""


@dataclass(frozen=True)
class Rewritten:
    """What a task has done: the files that it wrote, what those had whose place they take; where it noted the owners.

    `owners` is how many these are, `is_whole` whether all rows of the bucket were made as if there had been none.
    """

    written: list[Written] = field(default_factory=list)
    replaced: Mapping[str, Content] = field(default_factory=dict)
    touched: str | None = None
    owners: int = 0
    is_whole: bool = False

    def and_also(self, other: "Rewritten") -> "Rewritten":
        """What both have done."""
        written, replaced = [*self.written, *other.written], {**self.replaced, **other.replaced}
        return replace(self, written=written, replaced=replaced)


@dataclass(frozen=True)
class Rewriting:
    """The task that writes the touched files of a bucket anew, at a place, with checks, and notes whom it touched."""

    making: Making
    place: str
    checks: tuple[Check, ...]
    mark: str | None
    folder: str

    def __call__(self, bucket: int) -> Rewritten:
        """What was done in a bucket."""
        owners = self.making.owners(bucket)
        if owners is not None and not len(owners):
            return Rewritten()
        if self.making.projection.update is not None:
            return self._updated(bucket, owners)
        return self._grown(bucket, owners) if self.making.projection.table.grows else self._spliced(bucket, owners)

    def _spliced(self, bucket: int, owners: Int64s | None) -> Rewritten:
        """The files with rows of the owners, all of a bucket when they are not known, with these rows made anew."""
        table, files = self.making.projection.table, in_bucket(self.making.inputs.own, bucket)
        old = files if owners is None or table.owner is None else _of(files_touched(files, owners))
        held = {file.place: self.making.inputs.open(file.place, list(table.names)) for file in old}
        made = self.making.rows(bucket, owners, held)
        owners = _all_in(table, [*held.values(), made]) if owners is None else owners
        done = Rewritten(touched=self._noted(owners), owners=len(owners))
        for some, theirs in files_touched(files, owners) if table.owner is not None else [(files, owners)]:
            rows = pa.concat_tables([no_rows(table.arrow), *(held[file.place] for file in some)])
            done = done.and_also(self._write(bucket, (), some, _with(table, rows, made, theirs).to_batches(ROWS)))
        return done

    def _grown(self, bucket: int, owners: Int64s | None) -> Rewritten:
        """The files whose rows changed, and new ones, with the rows of the owners, of all when they are not known."""
        table, files = self.making.projection.table, in_bucket(self.making.inputs.own, bucket)
        held = dict[str, pa.Table]()

        def rows(file: FileRange) -> pa.Table:
            if file.place not in held:
                held[file.place] = self.making.inputs.open(file.place, list(table.names))
            return held[file.place]

        if self.making.projection.row_by_row and owners is not None:
            withdrawn, added = changes(table, *(self.making.rows_told(bucket, number) for number in (-1, 1)))
        else:
            old = [rows(file) for file in (files if owners is None else with_rows_of(files, owners))]
            made = self.making.rows(bucket, owners, held)
            owners = _all_in(table, [*old, made]) if owners is None else owners
            found = (of_owners(one, str(table.owner), owners) for one in [*old, no_rows(table.arrow)])
            withdrawn, added = changes(table, pa.concat_tables(found), of_owners(made, str(table.owner), owners))
        numbered = [times(in_order(table, rows), number) for rows, number in ((withdrawn, -1), (added, 1))]
        noted = self._noted(owners, pa.concat_tables(numbered))
        done = Rewritten(touched=noted, owners=len(owners))
        for part in parts(table, files, withdrawn, added, rows):
            done = done.and_also(self._write(bucket, (), part.files, part.rows.to_batches(ROWS)))
        return done

    def _updated(self, bucket: int, owners: Int64s | None) -> Rewritten:
        """The files with rows of the owners, as the projection updates them; all, when they are not known."""
        inputs, files = self.making.inputs, in_bucket(self.making.inputs.own, bucket)
        if owners is None or self.making.projection.update is None:
            merged = self.making.projection.merge(bucket, inputs)
            done = self._write(bucket, self.making.projection.audits(bucket, inputs), files, merged)
            return replace(done, is_whole=True)
        parts = [some for some, _ in files_touched(files, owners)]
        own = tuple(file for some in parts for file in some)
        rows, audits = self.making.projection.update(bucket, replace(inputs, own=own), owners)
        done, written = Rewritten(), set[int]()
        by_part = parted(rows, str(self.making.projection.table.owner), [_end(files, some) for some in parts[:-1]])
        for number, of_part in groupby(by_part, itemgetter(0)):
            done = done.and_also(self._write(bucket, audits, parts[number], (batch for _, batch in of_part)))
            written.add(number)
        for number in set(range(len(parts))) - written:
            done = done.and_also(self._write(bucket, audits, parts[number], ()))
        return done

    def _write(
        self, bucket: int, audits: tuple[Check, ...], files: Ranges, rows: Iterable[pa.RecordBatch]
    ) -> Rewritten:
        """Rows in the place of some files, unless they are the same."""
        batches = ((bucket, one) for one in rows)
        written = list(
            write_buckets(self.place, self.making.projection.table, (*self.checks, *audits), batches, self.mark)
        )
        old = {file.place: datafiles.content(file.place) for file in files}
        new = [Content(file.rows, file.content_hash) for file, _ in written]
        if any(found.counts for _, found in written) or total(old.values()) != total(new):
            return Rewritten(written, old)
        for file, _ in written:
            places.remove(places.join(self.place, file.path))
        return Rewritten()

    def _noted(self, owners: Int64s, *differences: pa.Table) -> str:
        """Where the owners of whom something may have changed are written down, and the rows that came and went."""
        place = places.join(self.folder, uuid.uuid4().hex)
        write_stage(place, [pa.table({OWNER: arrow(owners, pa.int64())}), *differences])
        return place


def _end(files: Ranges, some: Ranges) -> int:
    """The last owner who belongs to one of some files, which stand beside one another."""
    return files[files.index(some[-1]) + 1].first - 1


def _of(parts: Iterable[tuple[Ranges, Int64s]]) -> list[FileRange]:
    """The files of all parts."""
    return [file for files, _ in parts for file in files]


def _all_in(table: Table, some: list[pa.Table]) -> Int64s:
    """All owners of rows."""
    if table.bucket_by is None:
        return np.zeros(1, np.int64)
    return np.unique(np.concatenate([int64s(rows[table.bucket_by]) for rows in some]))


def _with(table: Table, old: pa.Table, made: pa.Table, owners: Int64s) -> pa.Table:
    """Old rows, with those that were made instead of what the owners had, in order."""
    if table.bucket_by is None:
        return made
    if table.owner is None:
        return in_order(table, pa.concat_tables([without_owners(old, table.bucket_by, owners), made]))
    return with_rows_replaced(old, of_owners(made, table.owner, owners), table.owner, owners)

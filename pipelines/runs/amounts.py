"""Amounts: how many files, bytes and rows of a table a batch concerns, told from the files' ranges of owners."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, int64s, no_rows
from pipelines.errors import NewsfeedError
from pipelines.owners import are_among, files_touched
from pipelines.ranges import FileRange, with_rows_of
from pipelines.runs.generations import like
from pipelines.storage import datafiles, delta, places
from pipelines.storage.bucket_files import files_of
from pipelines.tables import Table

COUNTED = 4_000_000
"""Of about so many rows of a table what they say is taken for what all say."""


def hit(count: int, times: float) -> float:
    """How many of so many are about hit where chance hits one of them so many times."""
    return count * (1 - (1 - 1 / count) ** times) if count else 0.0


@dataclass(frozen=True)
class Amount:
    """Some files of a table, their bytes and their rows."""

    files: int = 0
    bytes: int = 0
    rows: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.files + other.files, self.bytes + other.bytes, self.rows + other.rows)

    def part(self, files: int) -> "Amount":
        """So many of the files, each of the mean size; all when there are fewer."""
        if not self.files or files >= self.files:
            return self
        return Amount(files, self.bytes * files // self.files, self.rows * files // self.files)

    def share(self, rows: int, of: int) -> "Amount":
        """What has so many of so many rows, in files of the mean size."""
        files = -(-self.files * rows // of) if of else 0
        return Amount(files, self.bytes * rows // max(1, of), self.rows * rows // max(1, of))


def total(amounts: Iterable[Amount]) -> Amount:
    """All of some amounts."""
    return sum(amounts, Amount())


File = tuple[FileRange, Amount]


@dataclass(frozen=True)
class Stored:
    """The files of a table as a release with so many buckets has them, by bucket and range."""

    table: Table
    files: tuple[File, ...]
    buckets: int

    @property
    def whole(self) -> Amount:
        """All of it."""
        return total(amount for _, amount in self.files)

    def of(self, owners: Int64s) -> Amount:
        """The files to which rows of these owners, who ascend, belong; without ranges all files of their buckets.

        Where the table grows, those that may have rows of theirs.
        """
        if self.table.bucket_by is None:
            return self.whole if len(owners) else Amount()
        buckets = owners % self.buckets
        found = Amount()
        for bucket, files in groupby(self.files, lambda file: file[0].bucket):
            found += _within(self.table, list(files), owners[buckets == bucket])
        return found

    def standing(self, owners: Int64s) -> tuple[Amount, int]:
        """The files that have rows of these owners, who ascend, and how many of these have none in any.

        Where the files are too large to be looked through, or cannot be read, all have rows whose range it is.
        """
        may = {file: amount for file, amount in self.files if any(with_rows_of((file,), owners))}
        is_read = total(may.values()).rows <= COUNTED
        there = {file: self._owners_in(file, owners, is_read=is_read) for file in may}
        stand = np.unique(np.concatenate([np.empty(0, np.int64), *there.values()]))
        return total(may[file] for file, some in there.items() if len(some)), len(owners) - len(stand)

    def _owners_in(self, file: FileRange, owners: Int64s, *, is_read: bool) -> Int64s:
        """Which of these owners have rows in a file, or may have, where it is not read."""
        is_own = (owners >= file.first) & (owners <= file.last) & (owners % self.buckets == file.bucket)
        own: Int64s = owners[is_own]
        with suppress(NewsfeedError):
            column = str(self.table.owner)
            there = int64s(datafiles.read(file.place, [column])[column]) if is_read and len(own) else own
            own = own[are_among(own, np.unique(there))]
        return own

    def grown(self, rows: int) -> Amount:
        """So many more rows, of the mean size, in each bucket with the files that are merged with them."""
        whole, found = self.whole, Amount()
        buckets = min(rows, self.buckets)
        by_bucket = {bucket: list(files) for bucket, files in groupby(self.files, lambda file: file[0].bucket)}
        for bucket in range(buckets):
            amounts, new = dict(by_bucket.get(bucket, [])), (rows + bucket) // buckets
            sizes = {file: amount.rows for file, amount in amounts.items()}
            merged = total(amounts[file] for file in like(self.table, sizes, new))
            size = merged.bytes + whole.bytes * new // max(1, whole.rows)
            found += Amount(files_of(self.table, merged.rows + new), size, merged.rows + new)
        return found

    def about(self, owners: float) -> Amount:
        """As many files as have rows of so many owners, if chance spreads these."""
        return self.whole.part(round(hit(len(self.files), owners)))

    def some(self, columns: list[str]) -> pa.Table:
        """Columns of the rows of files of all ranges, in all about COUNTED rows. Raises DamagedFile, PlaceError."""
        by_owner = sorted(self.files, key=lambda file: (file[0].first, file[0].bucket))
        read = by_owner[:: max(1, self.whole.rows // COUNTED)]
        found = [datafiles.read(file.place, columns) for file, _ in read]
        return pa.concat_tables([no_rows(self.table.arrow).select(columns), *found])


def stored(place: str, handle: delta.Handle, table: Table, buckets: int) -> Stored:
    """The files of a table's version."""
    ranges = {file.place: file for file in delta.ranges(place, handle, table.owner)}
    found = delta.facts_of_files(handle, ("path", "size_bytes", "num_records"))
    amounts = {places.join(place, path): Amount(1, size, rows or 0) for path, size, rows in found}
    return Stored(table, tuple((file, amounts[name]) for name, file in ranges.items()), buckets)


def _within(table: Table, files: list[File], owners: Int64s) -> Amount:
    if not len(owners):
        return Amount()
    amounts = dict(files)
    if table.grows:
        return total(amounts[file] for file in with_rows_of(amounts, owners))
    parts = files_touched(tuple(amounts), owners) if table.owner is not None else [(tuple(amounts), owners)]
    return total(amounts[file] for some, _ in parts for file in some)

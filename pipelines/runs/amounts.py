"""Amounts: how many files, bytes and rows of a table a batch concerns, told from the files' ranges of owners."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import pyarrow as pa

from pipelines.arrays import Int64s, no_rows
from pipelines.owners import files_touched
from pipelines.ranges import FileRange, with_rows_of
from pipelines.storage import datafiles, delta, places
from pipelines.tables import Table

COUNTED = 4_000_000
"""Of about so many rows of a table what they say is taken for what all say."""


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

    def grown(self, rows: int) -> Amount:
        """So many more rows, of the mean size, in a file for each bucket that has any."""
        whole = self.whole
        return Amount(min(rows, self.buckets), whole.bytes * rows // max(1, whole.rows), rows)

    def about(self, owners: float) -> Amount:
        """As many files as have rows of so many owners, if chance spreads these."""
        count = len(self.files)
        return self.whole.part(round(count * (1 - (1 - 1 / count) ** owners))) if count else Amount()

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

"""Amounts: how many files, bytes and rows of a table a batch concerns, told from the files' ranges of owners."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from pipelines.arrays import Int64s
from pipelines.owners import files_touched
from pipelines.ranges import FileRange
from pipelines.storage import delta, places
from pipelines.tables import Table


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
        """The files to which rows of these owners, who ascend, belong; without ranges all files of their buckets."""
        if self.table.bucket_by is None:
            return self.whole if len(owners) else Amount()
        buckets = owners % self.buckets
        found = Amount()
        for bucket, files in groupby(self.files, lambda file: file[0].bucket):
            found += _within(list(files), owners[buckets == bucket], ranged=self.table.owner is not None)
        return found

    def about(self, owners: float) -> Amount:
        """As many files as have rows of so many owners, if chance spreads these."""
        count = len(self.files)
        return self.whole.part(round(count * (1 - (1 - 1 / count) ** owners))) if count else Amount()


def stored(place: str, handle: delta.Handle, table: Table, buckets: int) -> Stored:
    """The files of a table's version."""
    ranges = {file.place: file for file in delta.ranges(place, handle, table.owner)}
    found = delta.facts_of_files(handle, ("path", "size_bytes", "num_records"))
    amounts = {places.join(place, path): Amount(1, size, rows or 0) for path, size, rows in found}
    return Stored(table, tuple((file, amounts[name]) for name, file in ranges.items()), buckets)


def _within(files: list[File], owners: Int64s, *, ranged: bool) -> Amount:
    if not len(owners):
        return Amount()
    amounts = dict(files)
    parts = files_touched(tuple(amounts), owners) if ranged else [(tuple(amounts), owners)]
    return total(amounts[file] for some, _ in parts for file in some)

"""Comparing: what came, went and changed in the views between two releases, bucket by bucket.

Nothing is read of a view with the same content hash, nor of a file that both releases have.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Bools, flags, int64s, no_rows, repeated, with_columns
from pipelines.errors import UsageError
from pipelines.hashing import row_hashes
from pipelines.ranges import FileRange
from pipelines.reading.reader import Reader
from pipelines.storage import datafiles, delta
from pipelines.tables import Table
from pipelines.views import VIEWS, load_view, unknown_view

CHANGE = "change"
"""Under which name a row says what became of it: it came, it went, or what it was and what it is."""
USERS = ("reader_id", "user_id", "author_id")
"""The columns that say whose a row is; the first that a view has does."""
POSITION = "position"
"""The column that numbers the rows of a user anew with each that comes: it is told, and not compared."""
IDENTITIES = {
    "newsfeed": ("reader_id", "post_id"),
    "notifications": ("user_id", "kind", "actor_id", "post_id", "notified_at"),
}
"""What rows are known by that have a position in their key."""
BATCH_ROWS = 64 * 1024


class Changes(NamedTuple):
    """The rows that one of two releases has and the other has not: such as went, changed (as they were, are), came."""

    went: pa.Table
    was: pa.Table
    now: pa.Table
    came: pa.Table


@dataclass(frozen=True)
class Counts:
    """How many rows of a view came, went, changed and stayed; the last is not known of one user."""

    view: str
    came: int
    went: int
    changed: int
    unchanged: int | None


@dataclass(frozen=True)
class Comparison:
    """Two releases, of which all rows are compared, or those of a user."""

    before: Reader
    after: Reader
    user_id: int | None = None

    def views(self) -> list[str]:
        """The views that either release has, and that have rows of users where one is asked for."""
        made = [one for one in VIEWS if any(f"views/{one}" in side.release.tables for side in self._sides)]
        return [one for one in made if self.user_id is None or user_column(load_view(one).table) is not None]

    def counts(self, view: str) -> Counts:
        """How many rows came, went, changed and stayed. Raises LostView, DamagedFile, PlaceError."""
        went, changed, came = (sum(found) for found in zip((0, 0, 0), *self._counted(view), strict=True))
        released = self.after.release.tables.get(f"views/{view}")
        rows = 0 if released is None else released.rows
        return Counts(view, came, went, changed, rows - came - changed if self.user_id is None else None)

    def rows(self, view: str) -> Iterator[pa.RecordBatch]:
        """The rows that differ, of each bucket in order, with what became of them.

        Raises UnknownView, UsageError, LostView, DamagedFile, PlaceError.
        """
        table = self._table(view)
        for changes in self._changes(view, table):
            named = [
                rows.add_column(0, CHANGE, repeated(name, rows.num_rows))
                for name, rows in zip(("went", "was", "is", "came"), changes, strict=True)
            ]
            found = pa.concat_tables(named)
            order = pc.sort_indices(found, [(name, "ascending") for name in identity(table)])  # stable: was before is
            yield from found.take(order).combine_chunks().to_batches(BATCH_ROWS)

    def schema(self, view: str) -> pa.Schema:
        """The columns of the rows that differ. Raises UnknownView, UsageError."""
        return self._table(view).arrow.insert(0, pa.field(CHANGE, pa.string()))

    @property
    def _sides(self) -> tuple[Reader, Reader]:
        return self.before, self.after

    def _table(self, view: str) -> Table:
        if view not in VIEWS:
            raise unknown_view(view)
        table = load_view(view).table
        if self.user_id is not None and user_column(table) is None:
            raise UsageError(f"--user: expected none with the view {view}, whose rows are nobody's")
        return table

    def _counted(self, view: str) -> Iterator[tuple[int, int, int]]:
        for changes in self._changes(view, self._table(view)):
            yield changes.went.num_rows, changes.now.num_rows, changes.came.num_rows

    def _changes(self, view: str, table: Table) -> Iterator[Changes]:
        """What differs, of one group of buckets after another."""
        contents = [side.release.tables.get(f"views/{view}") for side in self._sides]
        said = [one and (one.rows, one.content_hash, one.projection) for one in contents]
        if said[0] == said[1]:
            return
        fewest, most = sorted(side.release.buckets for side in self._sides)
        groups = fewest if most % fewest == 0 else 1
        sides = [self._files(side, view, table) for side in self._sides]
        shared = {file.place for file in sides[0]} & {file.place for file in sides[1]}
        by_group: dict[int, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        for number, files in enumerate(sides):
            for file in files:
                if file.place not in shared:
                    by_group[file.bucket % groups][number].append(file.place)
        for _, (before, after) in sorted(by_group.items()):
            with self.before.telling(view), self.after.telling(view):
                yield _between(table, self._read(table, before), self._read(table, after))

    def _files(self, side: Reader, view: str, table: Table) -> list[FileRange]:
        """The files of a view that may have rows that are asked for."""
        if f"views/{view}" not in side.release.tables:
            return []
        (handle,) = side.tables(view).values()
        files = delta.ranges(side.lake.view(view), handle, table.owner)
        user = self.user_id
        if user is None or user_column(table) != table.owner:
            return list(files)
        bucket = user % side.release.buckets
        return [file for file in files if file.bucket == bucket and file.first <= user <= file.last]

    def _read(self, table: Table, files: list[str]) -> pa.Table:
        """The rows of files that are asked for, with the columns that are declared."""
        found = [no_rows(table.arrow)]
        for place in files:
            rows = with_columns(datafiles.read(place, list(table.names)), table.arrow).cast(table.arrow)
            if self.user_id is not None:
                rows = rows.filter(flags(int64s(rows[str(user_column(table))]) == self.user_id))
            found.append(rows)
        return pa.concat_tables(found)


def user_column(table: Table) -> str | None:
    """The column that says whose a row is, None where rows are nobody's."""
    return next((name for name in USERS if name in table.names), None)


def identity(table: Table) -> tuple[str, ...]:
    """The columns by which a row is known in both releases: no two rows of one have them in common."""
    return IDENTITIES.get(table.name, table.key)


def _between(table: Table, before: pa.Table, after: pa.Table) -> Changes:
    """What differs of the rows of two tables."""
    compared = [name for name in table.names if name != POSITION]
    old, new = _without(before, after, compared), _without(after, before, compared)
    were, are = (_are_among(*sides, identity(table)) for sides in ((old, new), (new, old)))
    return Changes(old.filter(flags(~were)), old.filter(flags(were)), new.filter(flags(are)), new.filter(flags(~are)))


def _without(rows: pa.Table, others: pa.Table, columns: Sequence[str]) -> pa.Table:
    """The rows that are not among the others, by these columns."""
    return rows.filter(flags(~_are_among(rows, others, columns)))


def _are_among(rows: pa.Table, others: pa.Table, columns: Sequence[str]) -> Bools:
    """Which rows are among the others, by the hashes of these columns."""
    found: Bools = np.isin(_hashes(rows.select(list(columns))), _hashes(others.select(list(columns))))
    return found


def _hashes(rows: pa.Table) -> npt.NDArray[np.uint64]:
    """The hash of each row."""
    return np.concatenate([np.empty(0, np.uint64), *map(row_hashes, rows.combine_chunks().to_batches())])

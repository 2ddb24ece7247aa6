"""What a store must be told to go from the release that it has to another, in pieces.

Files that both releases have are not compared: of the others, the owners are found whose rows differ. A change has all
rows of such owners.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, flags, int64s, no_rows, with_columns
from pipelines.ordering import in_order
from pipelines.owners import are_among
from pipelines.ranges import FileRange, apart
from pipelines.reading.reader import LostView, Reader
from pipelines.releases.release import NoRelease
from pipelines.storage import datafiles, delta
from pipelines.storage.keyed import KeyedFile
from pipelines.stores.base import Change, Content, Stored
from pipelines.stores.sums import are_in, ascend, ascending, sums_of
from pipelines.tables import Table
from pipelines.views import load_view

Files = list[FileRange]


class Part(NamedTuple):
    """Files of a view that went, that came, and that stayed, which have all rows of some owners."""

    view: str
    went: Files
    came: Files
    stayed: Files


@dataclass(frozen=True)
class Difference:
    """What tells a store that has a release of another; all of it where the store has none to compare it with."""

    reader: Reader
    base: Reader | None
    views: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing of what the store has stays."""
        return self.base is None

    def changes(self) -> Iterator[Change]:
        """The changes, of one view after another. Raises LostView, DamagedFile, PlaceError."""
        return (change for change in map(self.change, self.parts()) if len(change.owners))

    def parts(self) -> Iterator[Part]:
        """What is compared at a time, of one view after another. Raises LostView, PlaceError."""
        for view in self.views:
            yield from self._parts(view, load_view(view).table)

    def change(self, part: Part) -> Change:
        """The owners of a part whose rows differ, who may be none. Raises LostView, DamagedFile, PlaceError."""
        table = load_view(part.view).table
        if self.base is None:
            with self.reader.telling(part.view):
                rows = _sorted(table, _read(table, part.came))
            return Change(part.view, ascending(int64s(rows[str(table.bucket_by)])), rows)
        with self.reader.telling(part.view), self.base.telling(part.view):
            return _change(table, part)

    def _parts(self, view: str, table: Table) -> Iterator[Part]:
        after = files_of(self.reader, view, table)
        if self.base is None:
            yield from (Part(view, [], list(files), []) for files in apart(after))
        elif content_of(self.reader, view) != content_of(self.base, view):
            before = files_of(self.base, view, table)
            yield from (Part(view, *files) for files in _groups(table, before, after, self._buckets))

    @property
    def _buckets(self) -> int:
        """By the rest of which division files are told apart that may have rows of the same owners."""
        return min(side.release.buckets for side in (self.reader, self.base) if side is not None)


def difference(reader: Reader, stored: Stored | None, views: Sequence[str]) -> Difference:
    """What tells a store of views, which has this release or none, of the release that is read."""
    wanted = tuple(view for view in views if f"views/{view}" in reader.release.tables)
    return Difference(reader, _base(reader, stored, wanted), wanted)


def served_of(reader: Reader, views: Sequence[str]) -> Stored:
    """What a store of these views serves of the release that is read."""
    contents = {view: found for view in views if (found := content_of(reader, view)) is not None}
    return Stored(lake_of(reader), reader.release.number, contents)


def lake_of(reader: Reader) -> str:
    """The id of the lake that is read: that of its log."""
    handle = delta.find(reader.lake.log)
    return "" if handle is None else delta.id_of(handle)


def content_of(reader: Reader, view: str) -> Content | None:
    """What a release has of a view, as its record says."""
    one = reader.release.tables.get(f"views/{view}")
    return None if one is None else Content(one.rows, one.content_hash, one.projection)


def files_of(reader: Reader, view: str, table: Table) -> tuple[FileRange, ...]:
    """The data files of a view, by bucket and range; none where the release is of before there was the view."""
    if content_of(reader, view) is None:
        return ()
    (handle,) = reader.tables(view).values()
    return delta.ranges(reader.lake.view(view), handle, table.owner)


def _base(reader: Reader, stored: Stored | None, views: Sequence[str]) -> Reader | None:
    """The release that a store has, if it can be compared with the one that is read."""
    if stored is None or stored.lake != lake_of(reader) or not set(stored.views) <= set(views):
        return None
    try:
        base = Reader.of(reader.lake, stored.release)
        base.tables(*stored.views)
    except (NoRelease, LostView):
        return None
    are_kept = all(content_of(base, view) == content for view, content in stored.views.items())
    return base if are_kept and _are_comparable(reader, base, stored) else None


def _are_comparable(reader: Reader, base: Reader, stored: Stored) -> bool:
    """Whether rows mean the same in both releases, and come to buckets of which some of one are one of the other."""
    fewest, most = sorted(side.release.buckets for side in (reader, base))
    now = {view: content_of(reader, view) for view in stored.views}
    same = all(one is not None and one.projection == stored.views[view].projection for view, one in now.items())
    return same and most % fewest == 0


def plan_of(before: Stored | None, after: Stored, found: Difference, parts: Sequence[Part]) -> str:
    """By what publishes are known that tell the same in the same parts to a store that serves the same."""
    told = "\n".join(map(repr, (before, after, found.is_whole, *parts)))
    return hashlib.sha256(told.encode()).hexdigest()


def _groups(
    table: Table, before: Sequence[FileRange], after: Sequence[FileRange], buckets: int
) -> Iterator[tuple[Files, Files, Files]]:
    """The files that went, that came and that stayed, of one group of buckets after another, where any went or came.

    Where no owner's rows are in two files, those of one range of owners after another.
    """
    shared = {file.place for file in before} & {file.place for file in after}
    groups: dict[int, tuple[Files, Files, Files]] = defaultdict(lambda: ([], [], []))
    for side, files in enumerate((before, after)):
        for file in files:
            if file.place not in shared:
                groups[file.bucket % buckets][side].append(file)
            elif side:
                groups[file.bucket % buckets][2].append(file)
    for _, (went, came, stayed) in sorted(groups.items()):
        if table.grows or table.owner is None:
            if went or came:
                yield went, came, stayed
            continue
        by_range = sorted((file._replace(bucket=0), side) for side, files in enumerate((went, came)) for file in files)
        sides = {file.place: side for file, side in by_range}
        for part in apart(tuple(file for file, _ in by_range)):
            old, new = ([file for file in part if sides[file.place] == side] for side in (0, 1))
            yield old, new, []


def _change(table: Table, part: Part) -> Change:
    """The owners whose rows differ, and all their rows."""
    owner = str(table.bucket_by)
    old, new = _read(table, part.went), _read(table, part.came)
    owners = _owners_that_differ(table, old, new)
    rows = [new.filter(_are_of(new, owner, owners))]
    if table.grows or table.owner is None:
        rows += [_rows_of(table, file, owners) for file in part.stayed]
    return Change(table.name, owners, _sorted(table, pa.concat_tables(rows)))


def _owners_that_differ(table: Table, old: pa.Table, new: pa.Table) -> Int64s:
    """The owners of rows that one side has and the other has not."""
    was, now = (sums_of(table, rows) for rows in (old, new))
    gone, here = (one.owners[~are_in(one, other)] for one, other in ((was, now), (now, was)))
    return ascending(np.sort(np.concatenate([gone, here])))


def _are_of(rows: pa.Table, owner: str, owners: Int64s) -> pa.Array:
    """Which rows are of some owners, who ascend."""
    return flags(are_among(int64s(rows[owner]), owners))


def _rows_of(table: Table, file: FileRange, owners: Int64s) -> pa.Table:
    """The rows of a file that are of some owners, who ascend."""
    if table.owner is None:
        rows = _read(table, [file])
        return rows.filter(_are_of(rows, str(table.bucket_by), owners))
    within = owners[np.searchsorted(owners, file.first) : np.searchsorted(owners, file.last, "right")]
    if not len(within):
        return no_rows(table.arrow)
    return _declared(table, KeyedFile(file.place, table.owner).rows(within.tolist(), list(table.names)))


def _read(table: Table, files: Sequence[FileRange]) -> pa.Table:
    """The rows of files, with the columns that are declared."""
    found = (_declared(table, datafiles.read(file.place, list(table.names))) for file in files)
    return pa.concat_tables([no_rows(table.arrow), *found])


def _declared(table: Table, rows: pa.Table) -> pa.Table:
    return with_columns(rows, table.arrow).cast(table.arrow)


def _sorted(table: Table, rows: pa.Table) -> pa.Table:
    """The rows by owner, those of an owner in the view's order."""
    owner = str(table.bucket_by)
    if table.owner is not None and not table.grows and ascend(int64s(rows[owner])):
        return rows
    return in_order(replace(table, order=tuple(dict.fromkeys((owner, *table.order)))), rows)

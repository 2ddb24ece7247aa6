"""What a store must be told to go from the release that it has to another, in pieces.

Files that both releases have are not compared: of the others, the owners are found whose rows differ.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.ranges import FileRange, apart
from pipelines.reading.reader import LostView, Reader
from pipelines.releases.release import NoRelease
from pipelines.storage import delta
from pipelines.stores.base import Change, Content, Stored
from pipelines.stores.changed_rows import Files, Part, all_rows, changed_rows
from pipelines.tables import Table
from pipelines.views import load_view


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
                return all_rows(table, part)
        with self.reader.telling(part.view), self.base.telling(part.view):
            return changed_rows(table, part)

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

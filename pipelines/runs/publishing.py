"""Publishing: tables are committed in a fixed order, each on top of the last release's content, the record last.

A run that crashed leaves tables ahead of the last record; the next run first restores them. A record names exact
versions, so a restore never takes away what another run is about to publish.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.projections import AnyProjection
from pipelines.ranges import Ranges
from pipelines.relations import load_relations
from pipelines.releases.records import APPLICATION
from pipelines.releases.release import Release, Released
from pipelines.runs.staged import Staged
from pipelines.storage import commits, declaring, delta
from pipelines.storage.checksums import are_whole
from pipelines.storage.lake import Lake
from pipelines.storage.restoring import restore
from pipelines.views import load_views


def projections() -> dict[str, AnyProjection]:
    """All relations, then all views, by `relations/NAME` and `views/NAME`, in the order in which they are committed."""
    relations = {f"relations/{name}": projection for name, projection in load_relations().items()}
    return {**relations, **{f"views/{name}": projection for name, projection in load_views().items()}}


def place_of(lake: Lake, table: str) -> str:
    """Where a table of a release is."""
    kind, name = table.split("/")
    return lake.relation(name) if kind == "relations" else lake.view(name)


@dataclass(frozen=True)
class Tables:
    """The tables to commit on, and which of them cannot be given the content that they have in the last release."""

    handles: dict[str, delta.Handle]
    damaged: frozenset[str]

    def by_place(self, lake: Lake) -> dict[str, delta.Handle]:
        """The tables to commit on by their places."""
        return {place_of(lake, name): handle for name, handle in self.handles.items()}

    def ranges(self, lake: Lake, name: str) -> Ranges:
        """The files of a table, which has the content that it has in the last release, by bucket and range."""
        return delta.ranges(place_of(lake, name), self.handles[name], projections()[name].table.owner)


def roll_back(lake: Lake, last: Release | None, known: frozenset[str] = frozenset()) -> Tables:
    """Give every table the content of the last release, empty before the first; what is damaged stays as it is.

    Some tables are known to be damaged, though all their files are there.
    """
    handles, damaged = {}, {*known}
    number = 0 if last is None else last.number
    for name, projection in projections().items():
        place = place_of(lake, name)
        handles[name] = declaring.ensure(place, projection.table)
        before = last.tables.get(name) if last is not None else None
        target = 0 if before is None else before.version
        if before is not None and target and not delta.is_readable(place, handles[name], target, before.rows):
            damaged.add(name)
        else:
            restore(handles[name], projection.table, target, APPLICATION, number)
    return Tables(handles, frozenset(damaged))


def damaged_tables(lake: Lake, last: Release | None) -> frozenset[str]:
    """Those tables of a release that cannot be given the content that they have in it."""
    if last is None:
        return frozenset()
    return frozenset(
        name for name, one in last.tables.items() if name in projections() and not _is_there(place_of(lake, name), one)
    )


def _is_there(place: str, released: Released) -> bool:
    handle = delta.find(place)
    return handle is not None and delta.is_readable(place, handle, released.version, released.rows)


def publish(
    tables: Tables, staged: Mapping[str, Staged], last: Release | None, number: int, buckets: int
) -> dict[str, Released]:
    """Commit each staged table that changed, or was damaged; the version and content of each, staged or kept.

    Raises Conflict when another run came first.
    """
    released = {}
    for name, projection in projections().items():
        files = staged.get(name)
        if files is None:
            if last is not None and name in last.tables:
                released[name] = last.tables[name]
            continue
        handle = tables.handles[name]
        found = Released(int(handle.version()), files.rows, files.content_hash, projection.version)
        same = None if name in tables.damaged else _unchanged(found, last, name, buckets)
        if same is not None and are_whole(delta.sized_files(handle)):
            files.discard()
            released[name] = same
        else:
            removed = files.replaced(delta.paths(handle))
            change = commits.Commit(files.files, removed, APPLICATION, number, {}, {})
            version = commits.commit(handle, files.table, change)
            released[name] = Released(version, files.rows, files.content_hash, projection.version)
    return released


def is_as_before(found: Released | Staged, last: Release | None, name: str) -> bool:
    """Whether a table has the rows that it has in the last release."""
    before = last.tables.get(name) if last is not None else None
    return before is not None and (before.rows, before.content_hash) == (found.rows, found.content_hash)


def _unchanged(found: Released, last: Release | None, name: str, buckets: int) -> Released | None:
    """A table as the last release has it, if that has the same rows in the same layout, so that its files can stay."""
    if last is None or last.buckets != buckets or not is_as_before(found, last, name):
        return None
    return last.tables[name] if last.tables[name].projection == found.projection else None

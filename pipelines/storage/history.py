"""A table over its versions: which were current since a time, which files some of them have, which are gone from it."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pipelines.clock import EPOCH
from pipelines.storage import delta, deltalog, places
from pipelines.storage.waiting import of_table


def committed_at(entry: deltalog.Entry) -> datetime | None:
    """When a commit was made, None when it does not say."""
    said = entry.info.get("timestamp")
    return None if said is None else EPOCH + timedelta(milliseconds=int(said))


def current_since(place: str, handle: delta.Handle, time: datetime) -> list[int]:
    """The versions up to the handle's that were the newest one at the time or later, the newest first.

    Raises DamagedLog.
    """
    version, known = int(handle.version()), set(deltalog.commits(place))
    found = [version]
    while version in known and version - 1 in known:
        made = committed_at(deltalog.entry(place, version))
        if made is not None and made < time:
            break
        version -= 1
        found.append(version)
    return found


def files_of(place: str, versions: Iterable[int]) -> Iterator[tuple[int, set[str]]]:
    """Each of some versions of a table that is there, ascending, with the paths of its files. Raises DamagedLog.

    The table is opened at the first of them; what later ones have is what the commits in between say. A set lasts until
    the next one is asked for.
    """
    known, files = set(deltalog.commits(place)), set[str]()
    at: int | None = None
    for version in sorted(set(versions)):
        since = range(0 if at is None else at + 1, version + 1)
        if at is not None and known.issuperset(since):
            for one in since:
                entry = deltalog.entry(place, one)
                files -= entry.paths("remove")
                files |= entry.paths("add")
                is_there = not entry.is_lost
        elif handle := _opened(place, version):
            files, is_there = set(delta.paths(handle)), True
        else:
            continue
        at = version
        if is_there:
            yield version, files


def _opened(place: str, version: int) -> delta.Handle | None:
    """A table at a version, None where that is gone."""
    with suppress(deltalog.LostVersion):
        return delta.find(place, version)
    return None


def replaced(handle: delta.Handle) -> set[str]:
    """The paths of the files that a version of a table once had, as its tombstones say."""
    place = str(handle.table_uri)
    with places.telling("read", place):
        found = of_table(place, handle.vacuum, retention_hours=0, dry_run=True, enforce_retention_duration=False)
    return {str(path) for path in found}


def now(clock: datetime | None) -> datetime:
    """A time of the clock, now when None."""
    return clock or datetime.now(UTC)

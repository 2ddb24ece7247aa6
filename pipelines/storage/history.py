"""A table over its versions: which were current since a time, which files some of them have, which are gone from it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pipelines.clock import EPOCH
from pipelines.storage import delta, deltalog, places


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


def files_of(place: str, versions: Iterable[int]) -> set[str]:
    """The paths of all files that some versions of a table have; a version that is gone has none. Raises DamagedLog."""
    found: set[str] = set()
    for version in sorted(set(versions)):
        try:
            handle = delta.find(place, version)
        except deltalog.LostVersion:
            continue
        found |= set() if handle is None else set(delta.paths(handle))
    return found


def replaced(handle: delta.Handle) -> set[str]:
    """The paths of the files that a version of a table once had, as its tombstones say."""
    with places.telling("read", str(handle.table_uri)):
        found = handle.vacuum(retention_hours=0, dry_run=True, enforce_retention_duration=False)
    return {str(path) for path in found}


def now(clock: datetime | None) -> datetime:
    """A time of the clock, now when None."""
    return clock or datetime.now(UTC)

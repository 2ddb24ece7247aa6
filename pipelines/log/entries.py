"""The commits of which a version of the log is made, newest first, through restores to earlier versions."""

from collections.abc import Iterator
from enum import Enum, auto

from pipelines.storage import delta, deltalog, places


class End(Enum):
    """Why there are no older commits to be read: there was none, they are gone, or which these are is not known."""

    BEGINNING = auto()
    GONE = auto()
    UNKNOWN = auto()


def entries(place: str, log: delta.Handle) -> Iterator[deltalog.Entry | End]:
    """The commits of which a version of the log is made, newest first, and why there are no more.

    Raises PlaceError for one that is there and cannot be read.
    """
    version: int | None = int(log.version())
    while version is not None and version >= 0:
        try:
            entry = deltalog.entry(place, version)
        except (deltalog.DamagedLog, places.PlaceError) as fault:
            if isinstance(fault, places.PlaceError) and not isinstance(fault.__cause__, FileNotFoundError):
                raise
            yield End.GONE
            return
        yield entry
        version = _restored(place, entry) if entry.operation == "RESTORE" else version - 1
    yield End.UNKNOWN if version is None else End.BEGINNING


def _restored(place: str, entry: deltalog.Entry) -> int | None:
    """The version that was restored, found by its files where only a time was given; None when it is not there."""
    given = entry.info.get("operationParameters", {}).get("version")
    if given is not None:
        return int(given)
    wanted = _files(place, entry.version)
    return next((version for version in range(entry.version - 1, -1, -1) if _files(place, version) == wanted), None)


def _files(place: str, version: int) -> set[str] | None:
    handle = delta.find(place, version)
    return None if handle is None else set(delta.paths(handle))

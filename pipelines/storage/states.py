"""The state of a file: what tells whether it is as it was, and whether another one took its place."""

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipelines.storage.places import is_url, telling
from pipelines.storage.stores import is_object_store
from pipelines.storage.urls import remote


@dataclass(frozen=True)
class State:
    """What tells whether a file is as it was: its size in bytes, and when it was written last."""

    size: int
    modified: datetime


def state_of(place: str) -> State | None:
    """The state of a file, None when there is none. Raises PlaceError."""
    with telling("read", place), suppress(FileNotFoundError):
        if is_url(place):
            filesystem, path = remote(place)
            filesystem.invalidate_cache(path)
            return State(int(filesystem.size(path)), filesystem.modified(path).astimezone(UTC))
        found = os.stat(place)
        return State(found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))
    return None


def is_other(known: State, place: str) -> bool:
    """Whether a place has another file than that of a state, moved there; of a copy only the size is known.

    Object stores move by copies. Raises PlaceError.
    """
    found = state_of(place)
    return found is not None and found != (replace(known, modified=found.modified) if is_object_store(place) else known)

"""What is in a folder and those below it: data files with their sizes, and when a file was written."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pipelines.storage import places
from pipelines.storage.urls import remote

HIDDEN = ("_", ".")
"""What begins so is no data: Delta's own files, scratch folders, files that are being written."""


def data_files(folder: str) -> dict[str, int]:
    """The Parquet files in a folder or below it, by their paths from there, with their sizes. Raises PlaceError."""
    with places.telling("read", folder):
        found = dict(_at_url(folder) if places.is_url(folder) else _local(folder))
    return {path: size for path, size in found.items() if path.endswith(".parquet") and not _is_hidden(path)}


def _is_hidden(path: str) -> bool:
    return any(part.startswith(HIDDEN) for part in path.split("/"))


def _local(folder: str) -> Iterator[tuple[str, int]]:
    for parent, _, names in os.walk(folder):
        for name in names:
            file = Path(parent, name)
            with suppress(FileNotFoundError):  # it was taken away meanwhile
                yield file.relative_to(folder).as_posix(), file.stat().st_size


def _at_url(folder: str) -> Iterator[tuple[str, int]]:
    filesystem, path = remote(folder)
    filesystem.invalidate_cache(path)
    for name, about in filesystem.find(path, detail=True).items():
        yield name[name.index(path) + len(path) :].lstrip("/"), int(about["size"])


def written_at(place: str) -> datetime | None:
    """When a file was written last, None when it is not there any more. Raises PlaceError."""
    with places.telling("read", place), suppress(FileNotFoundError):
        if places.is_url(place):
            filesystem, path = remote(place)
            return filesystem.modified(path).astimezone(UTC)  # type: ignore[no-any-return]
        return datetime.fromtimestamp(os.lstat(place).st_mtime, UTC)
    return None


def is_before(place: str, time: datetime) -> bool:
    """Whether a file is there and was written last before a time. Raises PlaceError."""
    written = written_at(place)
    return written is not None and written < time

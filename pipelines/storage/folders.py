"""Folders, local ones and at URLs: made, looked into, taken away."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pipelines.storage.places import PlaceError, is_url, telling
from pipelines.storage.urls import remote


def make(place: str) -> None:
    """Make a folder and those above it; one that is there is no fault. Raises PlaceError."""
    with telling("make the folder", place):
        if is_url(place):
            filesystem, path = remote(place)
            filesystem.makedirs(path, exist_ok=True)
        else:
            Path(place).mkdir(parents=True, exist_ok=True)


def is_folder(place: str) -> bool:
    """Whether there is a folder; PlaceError when that cannot be seen."""
    with telling("read", place):
        if is_url(place):
            filesystem, path = remote(place)
            return bool(filesystem.isdir(path))
        return os.path.isdir(place)


def names(place: str) -> list[str]:
    """The names of the files and folders in a folder. Raises PlaceError."""
    with telling("read", place):
        if not is_url(place):
            return os.listdir(place)
        filesystem, path = remote(place)
        return [entry.rstrip("/").rsplit("/", 1)[-1] for entry in filesystem.ls(path, detail=False)]


def sizes(folder: str) -> dict[str, int]:
    """The files directly in a folder by name, with their sizes in bytes; none when there is no such folder."""
    with telling("read", folder), suppress(FileNotFoundError):
        if is_url(folder):
            filesystem, path = remote(folder)
            filesystem.invalidate_cache(path)
            found = filesystem.ls(path, detail=True)
            return {one["name"].rsplit("/", 1)[-1]: int(one["size"]) for one in found if one["type"] == "file"}
        return dict(_sizes(folder))
    return {}


def _sizes(folder: str) -> Iterator[tuple[str, int]]:
    """The sizes of a local folder's files by name; one that is taken away meanwhile is left out."""
    for entry in os.scandir(folder):
        with suppress(FileNotFoundError):
            if entry.is_file():
                yield entry.name, entry.stat().st_size


def written(folder: str) -> Iterator[datetime]:
    """When each file in a folder, or below it, was written last. Raises PlaceError."""
    with telling("read", folder):
        if is_url(folder):
            filesystem, path = remote(folder)
            filesystem.invalidate_cache(path)
            yield from (filesystem.modified(file).astimezone(UTC) for file in filesystem.find(path))
            return
        for parent, _, found in os.walk(folder):
            yield from (datetime.fromtimestamp(os.lstat(f"{parent}/{name}").st_mtime, UTC) for name in found)


def remove(place: str) -> None:
    """Take a folder away with all that is in it; one that is not there is no fault. Raises PlaceError at a URL."""
    if not is_url(place):
        shutil.rmtree(place, ignore_errors=True)
        return
    with telling("remove", place), suppress(FileNotFoundError):
        filesystem, path = remote(place)
        filesystem.rm(path, recursive=True)


def of_this_machine() -> str:
    """A folder on this machine's disk that only this user can enter. Raises PlaceError."""
    place = os.path.join(tempfile.gettempdir(), f"newsfeed-{os.getuid()}")
    with telling("make the folder", place):
        Path(place).mkdir(mode=0o700, exist_ok=True)
        found = os.lstat(place)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PlaceError(f"cannot stage in {place}: expected a folder of this user's that nobody else can enter")
    return place

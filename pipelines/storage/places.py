"""Places: local paths and URLs such as `hdfs://…`, and the only difference that there is between them."""

import errno
import os
import shutil
import stat
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast
from urllib.parse import unquote, urlsplit

from pipelines.errors import NewsfeedError, number_of, place_of, reason
from pipelines.storage.stores import is_object_store
from pipelines.storage.urls import HDFS, remote
from pipelines.storage.waiting import silence

LOCAL = ("file:///", "file://localhost/")


class PlaceError(NewsfeedError):
    """A place cannot be read or written; the message says which and why."""

    transient = True


@contextmanager
def telling(verb: str, place: str) -> Iterator[None]:
    """Tell faults of the system, and of who keeps the files, as a PlaceError: what cannot be done with which place."""
    silent = silence.at(place)
    if silent is not None:
        raise PlaceError(f"cannot {verb} {place}: {silent}")
    try:
        yield
    except NewsfeedError:
        raise
    except Exception as fault:
        silence.note(place, fault)
        is_clients = is_url(place) and isinstance(fault, RuntimeError)
        if not isinstance(fault, OSError) and not is_clients and number_of(fault) in (None, errno.EEXIST):
            raise
        where = place_of(fault) or place
        where = _closed(where) if number_of(fault) == errno.EACCES and not is_url(where) else where
        raise PlaceError(f"cannot {verb} {where}: {reason(fault)}") from fault


def _closed(place: str) -> str:
    """The first folder on the way to a place that may not be entered, the place itself when all may be."""
    for folder in reversed(Path(place).parents):
        try:
            os.stat(f"{folder}/.")  # Path drops the dot
        except PermissionError:
            return str(folder)
        except OSError:
            break
    return place


def is_url(place: str) -> bool:
    """Whether a place is a URL rather than a local path."""
    return "://" in place


def absolute(place: str) -> str:
    """The place as any process can find it: a URL as it is, a local path made absolute, also one given as `file://`."""
    if place.startswith(LOCAL):
        return unquote(urlsplit(place).path)
    with telling("find", place):
        return place if is_url(place) else os.path.abspath(os.path.expanduser(place))


def join(place: str, *parts: str) -> str:
    """A place below another."""
    return "/".join([place.rstrip("/"), *parts])


def opened(place: str) -> IO[bytes]:
    """A file to read, which its reader closes; PlaceError when it cannot be read."""
    with telling("read", place):
        if is_url(place):
            filesystem, path = remote(place)
            return cast("IO[bytes]", filesystem.open(path, "rb"))
        return open(place, "rb")


@contextmanager
def reading(place: str) -> Iterator[IO[bytes]]:
    """The bytes of a file; PlaceError when it cannot be read. Only reading may go on within."""
    with telling("read", place), opened(place) as file:
        yield file


def beginning(place: str, size: int) -> bytes:
    """The first bytes of a file, at most so many."""
    with reading(place) as file:
        return file.read(size)


def created(place: str) -> IO[bytes]:
    """A new file in a folder that is there, which its writer closes; PlaceError when it cannot be written."""
    with telling("write", place):
        if is_url(place):
            filesystem, path = remote(place)
            return cast("IO[bytes]", filesystem.open(path, "wb"))
        return open(place, "wb")


@contextmanager
def writing(place: str) -> Iterator[IO[bytes]]:
    """A new file in a folder that is there; PlaceError when it cannot be written."""
    with telling("write", place), created(place) as file:
        yield file


def rename(place: str, new: str) -> None:
    """Give a file another name, a local one also at a URL, replacing what has it; PlaceError when it cannot be.

    At once or not at all, but for object stores, where a file has both names in between.
    """
    with telling("write", new):
        if is_url(new) and not is_url(place):
            _upload(place, new)
        elif is_url(place):
            filesystem, path = remote(place)
            replaces = {"overwrite": True} if urlsplit(place).scheme in HDFS else {}  # which does not unless it is told
            filesystem.mv(path, remote(new)[1], **replaces)
        else:
            os.replace(place, new)


def _upload(place: str, new: str) -> None:
    """Bring a local file to a URL, where it is there once it is whole; in an object store all are."""
    beside = new if is_object_store(new) else join(parent(new), f".{uuid.uuid4().hex}.tmp")
    filesystem, path = remote(beside)
    filesystem.put_file(place, path)
    if beside != new:
        rename(beside, new)
    os.unlink(place)


def of_this_machine() -> str:
    """A folder on this machine's disk that only this user can enter. Raises PlaceError."""
    place = os.path.join(tempfile.gettempdir(), f"newsfeed-{os.getuid()}")
    with telling("make the folder", place):
        Path(place).mkdir(mode=0o700, exist_ok=True)
        found = os.lstat(place)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PlaceError(f"cannot stage in {place}: expected a folder of this user's that nobody else can enter")
    return place


def move(place: str, new: str) -> None:
    """Give a file a name in another folder that nothing has there yet; PlaceError when it cannot be."""
    with telling("move", place):
        if is_url(place):
            filesystem, path = remote(place)
            filesystem.mv(path, remote(new)[1])
        else:
            os.rename(place, new)


def make_folder(place: str) -> None:
    """Make a folder and those above it; one that is there is no fault. Raises PlaceError."""
    with telling("make the folder", place):
        if is_url(place):
            filesystem, path = remote(place)
            filesystem.makedirs(path, exist_ok=True)
        else:
            Path(place).mkdir(parents=True, exist_ok=True)


def size(place: str) -> int:
    """The size of a file in bytes; PlaceError when there is none."""
    with telling("read", place):
        if is_url(place):
            filesystem, path = remote(place)
            return int(filesystem.size(path))
        return os.stat(place).st_size


@dataclass(frozen=True)
class State:
    """What tells whether a file is as it was: its size in bytes, and when it was written last."""

    size: int
    modified: datetime


def state(place: str) -> State | None:
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
    found = state(place)
    return found is not None and found != (replace(known, modified=found.modified) if is_object_store(place) else known)


def is_folder(place: str) -> bool:
    """Whether there is a folder; PlaceError when that cannot be seen."""
    with telling("read", place):
        if is_url(place):
            filesystem, path = remote(place)
            return bool(filesystem.isdir(path))
        return os.path.isdir(place)


def is_stream(place: str) -> bool:
    """Whether a local place, such as a named pipe, can be read but once."""
    return not is_url(place) and os.path.exists(place) and not os.path.isfile(place)


def exists(place: str) -> bool:
    """Whether a file or folder is there; PlaceError when that cannot be seen."""
    with telling("read", place):
        if is_url(place):
            filesystem, path = remote(place)
            return bool(filesystem.exists(path))
        try:
            os.stat(place)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True


def parent(place: str) -> str:
    """The folder of a place."""
    return place.rstrip("/").rsplit("/", 1)[0]


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
    """Take a file away; one that is not there is no fault. Raises PlaceError."""
    with telling("remove", place):
        if is_url(place):
            filesystem, path = remote(place)
            if filesystem.exists(path):
                filesystem.rm(path)
        else:
            Path(place).unlink(missing_ok=True)


def remove_folder(place: str) -> None:
    """Take a folder away with all that is in it; one that is not there is no fault. Raises PlaceError at a URL."""
    if not is_url(place):
        shutil.rmtree(place, ignore_errors=True)
        return
    with telling("remove", place), suppress(FileNotFoundError):
        filesystem, path = remote(place)
        filesystem.rm(path, recursive=True)

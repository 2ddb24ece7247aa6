"""Places: local paths and URLs such as `hdfs://…`, and the only difference that there is between them."""

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
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


def move(place: str, new: str) -> None:
    """Give a file a name in another folder that nothing has there yet; PlaceError when it cannot be."""
    with telling("move", place):
        if is_url(place):
            filesystem, path = remote(place)
            filesystem.mv(path, remote(new)[1])
        else:
            os.rename(place, new)


def size(place: str) -> int:
    """The size of a file in bytes; PlaceError when there is none."""
    with telling("read", place):
        if is_url(place):
            filesystem, path = remote(place)
            return int(filesystem.size(path))
        return os.stat(place).st_size


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


def remove(place: str) -> None:
    """Take a file away; one that is not there is no fault. Raises PlaceError."""
    with telling("remove", place):
        if is_url(place):
            filesystem, path = remote(place)
            if filesystem.exists(path):
                filesystem.rm(path)
        else:
            Path(place).unlink(missing_ok=True)

"""Putting files where others read them: never half of one, and never in place of another."""

import os
import uuid
from contextlib import suppress
from typing import IO

from pipelines.storage import folders, places, servers
from pipelines.storage.places import PlaceError

BLOCK = 4 << 20


def put(file: str, to: str) -> tuple[str, int, bool]:
    """Copy a file to a place, or into a folder: where it is then, its size, and whether it was there already.

    It is written under a hidden name, which no landing reads, and gets its own once it is as long as what was read.
    Raises PlaceError, also where another content has its name.
    """
    source, given = places.absolute(file), places.absolute(to)
    if places.is_url(given):
        servers.require_answer(given)
    into = to.endswith("/") or folders.is_folder(given)
    target = places.join(given, source.rsplit("/", 1)[-1]) if into else given
    if _is_there(source, target):
        return target, places.size(target), True
    folder, _, name = target.rpartition("/")
    folders.make(folder)
    beside = places.join(folder, f".{name}.{uuid.uuid4().hex}.tmp")
    try:
        size = _copy(source, beside)
        there = not _named(source, beside, target)
    finally:
        with suppress(PlaceError):
            places.remove(beside)
    return target, size, there


def _is_there(source: str, target: str) -> bool:
    """Whether a place has the content of a file. Raises PlaceError when it has another one."""
    if not places.exists(target):
        return False
    with places.telling("compare", target), places.opened(source) as ours, places.opened(target) as theirs:
        if not _same(ours, theirs):
            raise PlaceError(f"cannot write {target}: a file with another content is there")
    return True


def _same(ours: IO[bytes], theirs: IO[bytes]) -> bool:
    while True:
        block, other = ours.read(BLOCK), theirs.read(BLOCK)
        if block != other:
            return False
        if not block:
            return True


def _copy(source: str, target: str) -> int:
    """Copy a file; its size, which the copy has too. Raises PlaceError."""
    size = 0
    with places.reading(source) as ours, places.writing(target) as theirs:
        while block := ours.read(BLOCK):
            theirs.write(block)
            size += len(block)
    found = places.size(target)
    if found != size:
        raise PlaceError(f"cannot write {target}: expected {size} bytes, found {found}")
    return size


def _named(source: str, beside: str, target: str) -> bool:
    """Give a copy its name; False when another process was first, with the same content. Raises PlaceError."""
    try:
        if places.is_url(target):
            places.move(beside, target)
        else:
            with places.telling("write", target):
                os.link(beside, target)
    except PlaceError as fault:
        if isinstance(fault.__cause__, FileExistsError) and _is_there(source, target):
            return False
        raise
    return True

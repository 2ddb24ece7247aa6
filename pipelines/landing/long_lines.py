"""Long lines: where lines begin is found without holding them; a long one is a block of its own, one at a time."""

import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from sys import maxsize
from typing import IO

from pipelines.sources import pieces
from pipelines.storage import places

LONG = 64 * 1024 * 1024
"""A line of more bytes is read by itself, and only one at a time in a process."""
LONGEST = 1024 * 1024 * 1024
"""A line of more bytes is not decoded."""
PIECE = 64 * 1024
ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Extent:
    """So many bytes of a place, from one on: a long line with its newline, if it has one."""

    place: str
    start: int
    size: int


def next_line(file: IO[bytes], at: int, stop: int = maxsize) -> int:
    """Where the first line begins that does so at a byte or behind it; `stop`, or where the file ends, if none does."""
    if at == 0:
        return 0
    at -= 1
    file.seek(at)
    while at < stop and (data := file.read(min(PIECE, stop - at))):
        newline = data.find(b"\n")
        if newline >= 0:
            return at + newline + 1
        at += len(data)
    return at


def last_line(file: IO[bytes], first: int, end: int) -> int:
    """Where the last line begins that does so before a byte; a line begins at `first`."""
    behind = end - 1
    while behind > first:
        start = max(first, behind - PIECE)
        file.seek(start)
        newline = file.read(behind - start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        behind = start
    return first


def whole_lines(file: IO[bytes], staging: str) -> Iterator[bytes | Extent]:
    """The lines of a file that is read but once, as many as a block holds at a time; a long one is copied first."""
    while data := file.read(pieces.BLOCK):
        more = b"" if data.endswith(b"\n") else file.readline(LONG)
        if len(more) < LONG or more.endswith(b"\n"):
            yield data + more
            continue
        cut = data.rfind(b"\n") + 1
        if cut:
            yield data[:cut]
        yield _copied(file, data[cut:] + more, places.join(staging, f"line-{uuid.uuid4().hex}"))


def _copied(file: IO[bytes], begun: bytes, place: str) -> Extent:
    """A line that has begun, written to a place."""
    with places.writing(place) as copy:
        size = copy.write(begun)
        while not begun.endswith(b"\n") and (begun := file.readline(LONG)):
            size += copy.write(begun)
    return Extent(place, 0, size)

"""Lines as they came, each with what the contract says of it, one at a time."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

from pipelines.door.strict import decoded_or_faults
from pipelines.errors import NewsfeedError

LONGEST = 16 * 1024 * 1024
"""A line of more bytes is not decoded."""
PIECE = 64 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"


class UnreadableError(NewsfeedError):
    """What should be lines cannot be read as such."""


@dataclass(frozen=True)
class Line:
    """A line by number, from 1, without its newline, and its faults: none when it fits."""

    number: int
    raw: bytes
    faults: tuple[str, ...]


def judged(file: IO[bytes], latest: int) -> Iterator[Line]:
    """The lines of a file that are not blank; events are of the latest time (UTC microseconds) at most.

    Raises UnreadableError for a file by gzip that is cut off or damaged.
    """
    for number, raw in enumerate(_lines(file), 1):
        if len(raw) > LONGEST:
            yield Line(number, b"", (f"line: expected at most {LONGEST} bytes, found more",))
        elif raw.strip(b" \t\r"):
            yield Line(number, raw, decoded_or_faults(raw, latest)[1])


def unpacked(file: IO[bytes]) -> IO[bytes]:
    """The bytes of a file, those within when it is by gzip, as its first bytes tell."""
    whole = io.BufferedReader(cast("io.RawIOBase", file), PIECE)
    packed = whole.peek(len(GZIP)).startswith(GZIP)
    return cast("IO[bytes]", gzip.GzipFile(fileobj=whole) if packed else whole)


def some(file: IO[bytes], size: int) -> bytes:
    """The next bytes of a file, at most so many. Raises UnreadableError as `judged`."""
    with _telling():
        return file.read(size)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file without newlines and mark of byte order; of one that is too long a byte too many at most."""
    mark = BYTE_ORDER_MARK
    while raw := _next(file):
        yield raw.removeprefix(mark).removesuffix(b"\n")
        mark = b""


def _next(file: IO[bytes]) -> bytes:
    """The next line; of one that is too long as much as tells that, and the rest is read over."""
    with _telling():
        raw = more = file.readline(LONGEST + 2)
        while len(raw) == LONGEST + 2 and more and not more.endswith(b"\n"):
            more = file.readline(PIECE)
    return raw


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as fault:
        raise UnreadableError(f"expected lines, or a whole file by gzip of them, found it damaged ({fault})") from fault

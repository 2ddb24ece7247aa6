"""Bytes by gzip: what is within, as much as is wanted, and that they are damaged."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, cast

from pipelines.errors import NewsfeedError

PIECE = 64 * 1024
GZIP = b"\x1f\x8b"


class UnreadableError(NewsfeedError):
    """What should be lines cannot be read as such."""


def unpacked(file: IO[bytes]) -> IO[bytes]:
    """The bytes of a file, those within when it is by gzip, as its first bytes tell."""
    whole = io.BufferedReader(cast("io.RawIOBase", file), PIECE)
    packed = whole.peek(len(GZIP)).startswith(GZIP)
    return within(cast("IO[bytes]", whole)) if packed else cast("IO[bytes]", whole)


def within(file: IO[bytes]) -> IO[bytes]:
    """The bytes within a file that is by gzip."""
    return cast("IO[bytes]", gzip.GzipFile(fileobj=file))


def some(file: IO[bytes], size: int) -> bytes:
    """The next bytes of a file, at most so many. Raises UnreadableError for one by gzip that is cut off or damaged."""
    with telling():
        return file.read(size)


@contextmanager
def telling() -> Iterator[None]:
    """Raise UnreadableError for what shows, while it is read, that a file by gzip is cut off or damaged."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as fault:
        raise UnreadableError(f"expected lines, or a whole file by gzip of them, found it damaged ({fault})") from fault

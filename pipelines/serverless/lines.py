"""Lines as they came, each with what the contract says of it, one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from pipelines.door.strict import decoded_or_faults
from pipelines.door.unpacking import PIECE, telling

LONGEST = 16 * 1024 * 1024
"""A line of more bytes is not decoded."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


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


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file without newlines and mark of byte order; of one that is too long a byte too many at most."""
    mark = BYTE_ORDER_MARK
    while raw := _next(file):
        yield raw.removeprefix(mark).removesuffix(b"\n")
        mark = b""


def _next(file: IO[bytes]) -> bytes:
    """The next line; of one that is too long as much as tells that, and the rest is read over."""
    with telling():
        raw = more = file.readline(LONGEST + 2)
        while len(raw) == LONGEST + 2 and more and not more.endswith(b"\n"):
            more = file.readline(PIECE)
    return raw

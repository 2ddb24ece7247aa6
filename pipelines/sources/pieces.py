"""Pieces: parts of sources that tasks can read on their own, small ones together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

BLOCK = 32 * 1024 * 1024
SMALL = 8
"""A file of up to this part of a block is read together with others."""
TOGETHER = 256
"""How many files are read together at most."""


@dataclass(frozen=True)
class Piece:
    """The lines that begin in a range of a place's bytes; all lines of the place, decompressed, when `end` is None.

    `source` is the name under which lines are quarantined; `number` tells apart a source that is given twice. Where the
    lines are records of a stream, `records` is the place that says which.
    """

    source: str
    place: str
    start: int = 0
    end: int | None = None
    number: int = 0
    records: str | None = None


Sized = tuple[Piece, int]
"""A piece, and about how many bytes it has."""
Chunk = tuple[Piece, ...]
"""What one task reads."""


def ranges(piece: Piece) -> list[Sized]:
    """A piece in pieces of the size of a block at most, with their sizes."""
    edges = pairwise([*range(piece.start, piece.end or 0, BLOCK), piece.end or 0])
    return [(replace(piece, start=start, end=end), end - start) for start, end in edges]


def in_chunks(pieces: Iterable[Sized]) -> Iterator[Chunk]:
    """The pieces in chunks, of several small ones or a single one."""
    held, size = list[Piece](), 0
    for piece, more in pieces:
        if held and (size + more > BLOCK // SMALL or len(held) == TOGETHER):
            yield tuple(held)
            held, size = [], 0
        held.append(piece)
        size += more
    if held:
        yield tuple(held)

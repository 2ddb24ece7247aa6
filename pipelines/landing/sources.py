"""Sources: what a landing reads, cut into chunks that tasks can read on their own, small files together."""

import os
import sys
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import IO

from pipelines.landing.encodings import is_plain
from pipelines.storage import places
from pipelines.storage.listing import FILE, Entry, list_files
from pipelines.storage.places import PlaceError

BLOCK = 32 * 1024 * 1024
SMALL = 8
"""A file of up to this part of a block is read together with others."""
TOGETHER = 256
"""How many files are read together at most."""
STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Piece:
    """The lines that begin in a range of a place's bytes; all lines of the place, decompressed, when `end` is None.

    `source` is the name under which lines are quarantined; `number` tells apart a source that is given twice.
    """

    source: str
    place: str
    start: int = 0
    end: int | None = None
    number: int = 0


Chunk = tuple[Piece, ...]
"""What one task reads."""


@dataclass
class Sources:
    """All that is read, in order, and how many entries of folders are not, by what they are."""

    chunks: list[Chunk] = field(default_factory=list)
    not_read: Counter[str] = field(default_factory=Counter)


def sources_of(scratch: str, named: Sequence[str]) -> Sources:
    """The chunks of all sources in the order given, files of a folder by name.

    Standard input (`-`) and pipes are first copied to the scratch folder. Raises PlaceError for what cannot be read,
    UsageError for a name that is empty.
    """
    found, files = Sources(), list[tuple[str, Entry]]()
    for source in named:
        if source == STANDARD_INPUT:
            files.append((source, _copy_of_input(scratch)))
            continue
        listing = list_files(source)
        found.not_read.update(listing.not_read)
        files += [(_written(entry.place), _readable(scratch, entry)) for entry in listing.files]
    cut = (piece for number, (source, file) in enumerate(files) for piece in _cut(source, file, number))
    found.chunks = list(in_chunks(cut))
    return found


def _written(place: str) -> str:
    """The name of a place in characters; a byte that is none of UTF-8 is written as a backslash, x and its number."""
    return os.fsencode(place).decode("utf-8", "backslashreplace")


def _copy_of_input(scratch: str) -> Entry:
    if sys.stdin is None:
        raise PlaceError("cannot read standard input: it is closed")
    return _copy(scratch, "standard input", sys.stdin.buffer)


def _readable(scratch: str, entry: Entry) -> Entry:
    """A file that can be read from anywhere: a copy of what can be read but once."""
    if entry.kind == FILE:
        return entry
    with places.opened(entry.place) as stream:
        return _copy(scratch, entry.place, stream)


def _copy(scratch: str, source: str, stream: IO[bytes]) -> Entry:
    place = places.join(scratch, f"copy-{uuid.uuid4().hex}")
    with places.writing(place) as file:
        for data in _all_of(source, stream):
            file.write(data)
    return Entry(place, FILE, places.size(place))


def _all_of(source: str, stream: IO[bytes]) -> Iterator[bytes]:
    with places.telling("read", source):
        while data := stream.read(BLOCK):
            yield data


def _cut(source: str, file: Entry, number: int) -> list[tuple[Piece, int]]:
    """The pieces of a file with their sizes; one for a file that is small or can be read only from its beginning."""
    if file.size is None or file.size <= BLOCK // SMALL or not is_plain(file.place, source):
        return [(Piece(source, file.place, number=number), BLOCK if file.size is None else file.size)]
    return ranges(Piece(source, file.place, 0, file.size, number))


def ranges(piece: Piece) -> list[tuple[Piece, int]]:
    """A piece in pieces of the size of a block at most, with their sizes."""
    edges = pairwise([*range(piece.start, piece.end or 0, BLOCK), piece.end or 0])
    return [(replace(piece, start=start, end=end), end - start) for start, end in edges]


def in_chunks(pieces: Iterable[tuple[Piece, int]]) -> Iterator[Chunk]:
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

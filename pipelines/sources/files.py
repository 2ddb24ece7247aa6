"""Files, wherever a path, a folder, a glob or a URL names them: local ones, of HDFS, WebHDFS and object stores."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.sources import pieces
from pipelines.sources.base import Batch, Positions
from pipelines.sources.copies import copy_of
from pipelines.sources.encodings import is_plain
from pipelines.sources.pieces import SMALL, Piece, Sized, ranges
from pipelines.storage import places
from pipelines.storage.listing import FILE, Entry, list_files


@dataclass(frozen=True)
class Files:
    """The file that a name is of, or the files of a folder or a glob, by name."""

    name: str

    def read(self, scratch: str, _: Positions) -> Batch:
        """All lines of all files; a pipe, which can be read but once, is copied. Raises PlaceError, UsageError."""
        listing = list_files(self.name)
        return Batch(list(_pieces(scratch, listing.files)), Counter(listing.not_read))


def _pieces(scratch: str, files: list[Entry]) -> Iterator[Sized]:
    for number, entry in enumerate(files):
        yield from pieces_of(_written(entry.place), _readable(scratch, entry), number)


def _written(place: str) -> str:
    """The name of a place in characters; a byte that is none of UTF-8 is written as a backslash, x and its number."""
    return os.fsencode(place).decode("utf-8", "backslashreplace")


def _readable(scratch: str, entry: Entry) -> Entry:
    """A file that can be read from anywhere: a copy of what can be read but once."""
    if entry.kind == FILE:
        return entry
    with places.opened(entry.place) as stream:
        return copy_of(stream, entry.place, scratch)


def pieces_of(source: str, file: Entry, number: int) -> list[Sized]:
    """The pieces of a file with their sizes; one for a file that is small or can be read only from its beginning."""
    if file.size is None or file.size <= pieces.BLOCK // SMALL or not is_plain(file.place, source):
        return [(Piece(source, file.place, number=number), pieces.BLOCK if file.size is None else file.size)]
    return ranges(Piece(source, file.place, 0, file.size, number))

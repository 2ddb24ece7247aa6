"""Lines of sources that are read again: some by where they stand in a block, or all from the first one on."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import groupby
from typing import IO

from pipelines.landing.blocks import BYTE_ORDER_MARK, Spans, shorter, span_at
from pipelines.sources.encodings import lines_in
from pipelines.sources.pieces import Piece
from pipelines.storage import places

SKIPPED_AT_ONCE = 1024 * 1024


def lines_at(spans: Spans, at: Sequence[int]) -> Iterator[bytes]:
    """The lines, without their newline, that begin at ascending bytes of a block, read again from their sources."""
    for number, inside in groupby(at, partial(span_at, spans)):
        span = spans[number]
        with _source(span.piece) as file:
            done = 0
            for offset in (span.offset + byte - span.byte for byte in inside):
                _go_to(file, offset, done)
                line = file.readline()
                if not line:
                    raise shorter(span.piece)
                done = offset + len(line)
                yield line.removesuffix(b"\n")


def first_lines(piece: Piece) -> Iterator[bytes]:
    """The lines of a piece's source from its beginning, without the mark of byte order."""
    with _source(piece) as file:
        yield file.readline().removeprefix(BYTE_ORDER_MARK)
        yield from file


def _source(piece: Piece) -> AbstractContextManager[IO[bytes]]:
    """A piece's source from its beginning."""
    return lines_in(piece.place, piece.source) if piece.end is None else places.reading(piece.place)


def _go_to(file: IO[bytes], offset: int, done: int) -> None:
    """Go on to a byte of a file of which so many are read; some can only be read from the beginning."""
    if file.seekable():
        file.seek(offset)
        return
    while done < offset and (skipped := len(file.read(min(offset - done, SKIPPED_AT_ONCE)))):
        done += skipped

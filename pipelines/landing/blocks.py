"""Blocks: whole lines of one source or several, read by a task, and where each of them comes from."""

from bisect import bisect_right
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any

import numpy as np

from pipelines.door.buffers import Buffers, Lines, buffer_for_lines, lines_of
from pipelines.landing import long_lines
from pipelines.landing.long_lines import Extent, last_line, next_line, whole_lines
from pipelines.machine import Bytes
from pipelines.sources import pieces
from pipelines.sources.encodings import lines_in
from pipelines.sources.pieces import Chunk, Piece
from pipelines.storage import places

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Span:
    """Lines of a piece that stand together in a block: where they begin in the source, and in the block."""

    piece: Piece
    offset: int
    byte: int = 0
    line: int = 0


Spans = tuple[Span, ...]
"""Where the lines of a block come from, in order."""


@dataclass(frozen=True)
class Block:
    """Whole lines, without the marks of byte order at the beginning of their sources, and where they come from.

    Where these are none there may be a line that is too long to be decoded.
    """

    lines: Lines
    spans: Spans
    too_long: Extent | None = None


def span_at(spans: Spans, byte: int) -> int:
    """The number of the span in which a byte of the block is."""
    return bisect_right(spans, byte, key=lambda span: span.byte) - 1


def blocks(chunk: Chunk, buffers: Buffers, staging: str) -> Generator[Block, None, None]:
    """The chunk's lines in blocks, each in the same buffers; a long line is a block of its own, in its own.

    Whoever does not take all closes the blocks, or no other long line is ever read. Raises PlaceError.
    """
    if len(chunk) == 1 and chunk[0].end is not None:
        yield from _in_place(chunk[0], chunk[0].end, buffers)
        return
    texts, size = list[_Text](), 0
    for text in (text for piece in chunk for text in _texts(piece, staging)):
        more = len(text.lines) if isinstance(text, _Text) else pieces.BLOCK
        if texts and size + more > pieces.BLOCK:
            yield _block(texts, buffers)
            texts, size = [], 0
        if isinstance(text, _Text):
            texts.append(text)
            size += more
        else:
            yield from _by_itself(text.line, Span(text.piece, text.offset))
    if texts:
        yield _block(texts, buffers)


@dataclass(frozen=True)
class _Text:
    """Whole lines of a piece, and the byte of the source at which they begin."""

    piece: Piece
    offset: int
    lines: bytes


@dataclass(frozen=True)
class _Long:
    """A long line of a piece, and the byte of the source at which it begins."""

    piece: Piece
    offset: int
    line: Extent


def _block(texts: Sequence[_Text], buffers: Buffers) -> Block:
    """The texts as one block; the last line of each but the last ends with a newline here."""
    whole, spans, byte, line = list[bytes](), list[Span](), 0, 0
    for text in texts:
        spans.append(Span(text.piece, text.offset, byte, line))
        lines = text.lines if text.lines.endswith(b"\n") or text is texts[-1] else text.lines + b"\n"
        whole.append(lines)
        byte += len(lines)
        line += lines.count(b"\n")
    return Block(lines_of(b"".join(whole), buffers), tuple(spans))


def _texts(piece: Piece, staging: str) -> Iterator[_Text | _Long]:
    """The lines of a piece, as much as a block holds at a time, without the mark of byte order."""
    if piece.end is not None:
        with places.reading(piece.place) as file:
            first, behind = _range(file, piece.start, piece.end)
            file.seek(first)
            yield from _without_mark(_Text(piece, first, file.read(behind - first)))
        return
    offset = 0
    with lines_in(piece.place, piece.source) as file:
        for lines in whole_lines(file, staging):
            if isinstance(lines, Extent):
                yield _Long(piece, offset, lines)
                offset += lines.size
            else:
                yield from _without_mark(_Text(piece, offset, lines))
                offset += len(lines)


def _without_mark(text: _Text) -> Iterator[_Text]:
    mark = len(BYTE_ORDER_MARK) if text.offset == 0 and text.lines.startswith(BYTE_ORDER_MARK) else 0
    if len(text.lines) > mark:
        yield _Text(text.piece, text.offset + mark, text.lines[mark:])


def _in_place(piece: Piece, end: int, buffers: Buffers) -> Iterator[Block]:
    """The lines that begin in a piece's range, read to where they are decoded."""
    with places.reading(piece.place) as file:
        first, behind = _range(file, piece.start, end)
        long = last_line(file, first, end) if behind - first > long_lines.LONG else behind
        long = long if behind - long > long_lines.LONG else behind
        if first < long or long == behind:
            yield _read(Extent(piece.place, first, long - first), Span(piece, first), buffers)
    if long < behind:
        yield from _by_itself(Extent(piece.place, long, behind - long), Span(piece, long))


def _by_itself(line: Extent, span: Span) -> Iterator[Block]:
    """A long line as a block, which nobody may hold once it is asked for the next."""
    if line.size > long_lines.LONGEST:
        yield Block(lines_of(b"", Buffers()), (span,), line)
        return
    with long_lines.ONE_AT_A_TIME:
        yield _read(line, span, Buffers())


def _read(part: Extent, span: Span, buffers: Buffers) -> Block:
    """Lines that a place has from a byte on as a block of a span."""
    lines = buffer_for_lines(buffers, part.size)
    with places.reading(part.place) as file:
        file.seek(part.start)
        if _read_into(lines.data, file) < lines.size:
            raise shorter(span.piece)
    mark = len(BYTE_ORDER_MARK)
    if span.offset == 0 and lines.data[:mark].tobytes() == BYTE_ORDER_MARK:
        return Block(Lines(lines.padded[mark:], lines.size - mark), (replace(span, offset=mark),))
    return Block(lines, (span,))


def _range(file: IO[bytes], start: int, end: int) -> tuple[int, int]:
    """The bytes of the lines that begin in a range: a line belongs to where its first byte is."""
    first = next_line(file, start, end)
    return first, next_line(file, end) if first < end else first


def _read_into(data: Bytes, file: Any) -> int:
    """Fill memory with what is next in a file, which may be remote; how many bytes were found."""
    found = 0
    while found < data.size and (more := _read_some(data[found:], file)):
        found += more
    return found


def _read_some(data: Bytes, file: Any) -> int:
    if hasattr(file, "readinto"):
        return int(file.readinto(data))
    found = np.frombuffer(file.read(data.size), np.uint8)
    data[: found.size] = found
    return found.size


def shorter(piece: Piece) -> places.PlaceError:
    """What to say of a source that ends before what it had."""
    return places.PlaceError(f"cannot read {piece.source}: it became shorter meanwhile")

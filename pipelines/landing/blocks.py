"""Blocks: whole lines of one source or several, read by a task, and where each of them comes from."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import IO, Any

import numpy as np

from pipelines.door.buffers import Buffers, Lines, buffer_for_lines, lines_of
from pipelines.landing import sources
from pipelines.landing.encodings import lines_in
from pipelines.landing.sources import Chunk, Piece
from pipelines.machine import Bytes
from pipelines.storage import places

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SKIPPED_AT_ONCE = 1024 * 1024


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
    """Whole lines, without the marks of byte order at the beginning of their sources, and where they come from."""

    lines: Lines
    spans: Spans


def span_at(spans: Spans, byte: int) -> int:
    """The number of the span in which a byte of the block is."""
    return bisect_right(spans, byte, key=lambda span: span.byte) - 1


def blocks(chunk: Chunk, buffers: Buffers) -> Iterator[Block]:
    """The chunk's lines in blocks, each in the same buffers. Raises PlaceError."""
    if len(chunk) == 1 and chunk[0].end is not None:
        yield _in_place(chunk[0], buffers)
        return
    texts, size = list[_Text](), 0
    for piece in chunk:
        for text in _texts(piece):
            if texts and size + len(text.lines) > sources.BLOCK:
                yield _block(texts, buffers)
                texts, size = [], 0
            texts.append(text)
            size += len(text.lines)
    if texts:
        yield _block(texts, buffers)


@dataclass(frozen=True)
class _Text:
    """Whole lines of a piece, and the byte of the source at which they begin."""

    piece: Piece
    offset: int
    lines: bytes


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


def _texts(piece: Piece) -> Iterator[_Text]:
    """The lines of a piece, as much as a block holds at a time, without the mark of byte order."""
    if piece.end is not None:
        with places.reading(piece.place) as file:
            first, behind = _range(file, piece)
            file.seek(first)
            yield from _without_mark(_Text(piece, first, file.read(behind - first)))
        return
    offset = 0
    with lines_in(piece.place, piece.source) as file:
        while data := file.read(sources.BLOCK):
            data += b"" if data.endswith(b"\n") else file.readline()
            yield from _without_mark(_Text(piece, offset, data))
            offset += len(data)


def _without_mark(text: _Text) -> Iterator[_Text]:
    mark = len(BYTE_ORDER_MARK) if text.offset == 0 and text.lines.startswith(BYTE_ORDER_MARK) else 0
    if len(text.lines) > mark:
        yield _Text(text.piece, text.offset + mark, text.lines[mark:])


def _in_place(piece: Piece, buffers: Buffers) -> Block:
    """The lines that begin in a piece's range, read to where they are decoded."""
    with places.reading(piece.place) as file:
        first, behind = _range(file, piece)
        lines = buffer_for_lines(buffers, behind - first)
        file.seek(first)
        if _read_into(lines.data, file) < lines.size:
            raise _shorter(piece)
    mark = len(BYTE_ORDER_MARK)
    if first == 0 and lines.data[:mark].tobytes() == BYTE_ORDER_MARK:
        return Block(Lines(lines.padded[mark:], lines.size - mark), (Span(piece, mark),))
    return Block(lines, (Span(piece, first),))


def _range(file: IO[bytes], piece: Piece) -> tuple[int, int]:
    """The bytes of the lines that begin in a piece's range: a line belongs to where its first byte is."""
    return _first_line(file, piece.start), _first_line(file, piece.end or 0)


def _first_line(file: IO[bytes], start: int) -> int:
    """Where the first line begins that does so at a byte or behind it."""
    if start == 0:
        return 0
    file.seek(start - 1)
    return start if file.read(1) == b"\n" else start + len(file.readline())


def _read_into(data: Bytes, file: Any) -> int:
    """Fill memory with what is next in a file, which may be remote; how many bytes were found."""
    if hasattr(file, "readinto"):
        return int(file.readinto(data))
    found = np.frombuffer(file.read(data.size), np.uint8)
    data[: found.size] = found
    return found.size


def _shorter(piece: Piece) -> places.PlaceError:
    return places.PlaceError(f"cannot read {piece.source}: it became shorter meanwhile")


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
                    raise _shorter(span.piece)
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

"""Sources: files of lines, cut into blocks that a task can read on its own."""

import gzip
import sys
import uuid
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from pipelines.door.buffers import Buffers, Lines, buffer_for_lines, lines_of
from pipelines.machine import Bytes
from pipelines.storage import places

BLOCK = 32 * 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Chunk:
    """The lines that begin in a range of a source's bytes; `end` is None for all that follows.

    `number` tells apart a source that is given twice.
    """

    source: str
    place: str
    start: int = 0
    end: int | None = None
    number: int = 0


@dataclass(frozen=True)
class Block:
    """Whole lines, and the offset in the source at which they begin."""

    offset: int
    lines: Lines


def chunks_of(scratch: str, sources: Sequence[str]) -> list[Chunk]:
    """The chunks of all sources in the order given, files of a folder by name.

    Standard input (`-`) and pipes are first copied to the scratch folder. Raises PlaceError for what cannot be read.
    """
    chunks: list[Chunk] = []
    for source in sources:
        for place in [STANDARD_INPUT] if source == STANDARD_INPUT else places.files(source):
            chunks += _cut(place, _readable(scratch, place), len(chunks))
    return chunks


def _readable(scratch: str, place: str) -> str:
    """A place that can be read from anywhere: a copy of what can be read but once."""
    if place == STANDARD_INPUT:
        return _copy(scratch, sys.stdin.buffer)
    if places.is_stream(place):
        with places.reading(place) as file:
            return _copy(scratch, file)
    return place


def _copy(scratch: str, stream: IO[bytes]) -> str:
    place = places.join(scratch, f"copy-{uuid.uuid4().hex}")
    with places.writing(place) as file:
        while data := stream.read(BLOCK):
            file.write(data)
    return place


def _cut(source: str, place: str, number: int) -> list[Chunk]:
    """A compressed file is one chunk, since it can be read only from its beginning."""
    if place.endswith(".gz"):
        return [Chunk(source, place, number=number)]
    return ranges(source, place, number, 0, places.size(place))


def ranges(source: str, place: str, number: int, start: int, size: int) -> list[Chunk]:
    """The chunks of a file of so many bytes from a byte on."""
    return [Chunk(source, place, first, min(first + BLOCK, size), number) for first in range(start, size, BLOCK)]


def blocks(chunk: Chunk, buffers: Buffers) -> Iterator[Block]:
    """The chunk's lines in blocks, each in the same buffers, without the source's byte-order mark."""
    with places.reading(chunk.place) as file:
        if chunk.end is None:
            yield from _decompressed(file, chunk.place, buffers)
        else:
            yield _in_range(file, chunk, chunk.end, buffers)


def _in_range(file: IO[bytes], chunk: Chunk, end: int, buffers: Buffers) -> Block:
    """The lines that begin in a chunk that ends there: a line belongs to the chunk in which its first byte is."""
    first, behind = _first_line(file, chunk.start), _first_line(file, end)
    lines = buffer_for_lines(buffers, behind - first)
    file.seek(first)
    if _read_into(lines.data, file) < lines.size:
        raise places.PlaceError(f"cannot read {chunk.place}: it became shorter meanwhile")
    return _without_mark(Block(first, lines))


def _read_into(data: Bytes, file: Any) -> int:
    """Fill memory with what is next in a file, which may be remote; how many bytes were found."""
    if hasattr(file, "readinto"):
        return int(file.readinto(data))
    found = np.frombuffer(file.read(data.size), np.uint8)
    data[: found.size] = found
    return found.size


def _first_line(file: IO[bytes], start: int) -> int:
    """Where the first line begins that does so at a byte or behind it."""
    if start == 0:
        return 0
    file.seek(start - 1)
    return start if file.read(1) == b"\n" else start + len(file.readline())


def _decompressed(file: IO[bytes], place: str, buffers: Buffers) -> Iterator[Block]:
    offset = 0
    with _telling(place), gzip.open(file) as lines:
        while data := lines.read(BLOCK):
            data += b"" if data.endswith(b"\n") else lines.readline()
            yield _without_mark(Block(offset, lines_of(data, buffers)))
            offset += len(data)


@contextmanager
def _telling(place: str) -> Iterator[None]:
    """Tell of a compressed file that is damaged as a PlaceError."""
    try:
        yield
    except (EOFError, OSError, zlib.error) as fault:
        raise places.PlaceError(f"cannot read {place}: not a whole gzip file ({fault})") from fault


def _without_mark(block: Block) -> Block:
    mark = len(BYTE_ORDER_MARK)
    if block.offset == 0 and block.lines.data[:mark].tobytes() == BYTE_ORDER_MARK:
        return Block(mark, Lines(block.lines.padded[mark:], block.lines.size - mark))
    return block


def lines_at(chunk: Chunk, offsets: list[int]) -> Iterator[bytes]:
    """The lines, without their newline, at ascending offsets of a chunk's (decompressed) source."""
    with places.reading(chunk.place) as file, _plain(file, chunk) as lines:
        for offset in offsets:
            lines.seek(offset)
            yield lines.readline().removesuffix(b"\n")


def first_lines(chunk: Chunk) -> Iterator[bytes]:
    """The lines of a chunk's source from its beginning, without the byte-order mark."""
    with places.reading(chunk.place) as file, _telling(chunk.place), _plain(file, chunk) as lines:
        yield lines.readline().removeprefix(BYTE_ORDER_MARK)
        yield from lines


def _plain(file: IO[bytes], chunk: Chunk) -> IO[bytes] | gzip.GzipFile:
    return gzip.GzipFile(fileobj=file) if chunk.end is None else file

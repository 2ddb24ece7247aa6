"""Records of a stream: written to a file as lines, beside an index that says where in it each record begins."""

import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from functools import lru_cache
from typing import IO, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Int64s, arrow, int64s, repeated
from pipelines.sources.pieces import Piece, Sized, ranges
from pipelines.sources.streams import is_stream
from pipelines.storage import places
from pipelines.storage.staging import tables_in, write_table

TOGETHER = 256 * 1024 * 1024
"""How many bytes of records land together, about."""
HELD = 2 * 1024 * 1024
"""So many bytes are held in memory before they are written: of thousands of parts, few have files that are open."""
LEADING = b"\n"
"""With an empty line a file of records begins, so that no record is taken for the beginning of a file."""
INDEX = ["byte", "line", "position"]
"""Where a record begins in the file, how many lines are before it, and its position in the stream."""


class RecordFile:
    """Writes records of a part of a stream, such as a partition, to a new file: as lines, in the order given.

    A record may have several lines. In quarantine a line's source is that of its record: `SOURCE#POSITION`.
    """

    def __init__(self, scratch: str, source: str, number: int) -> None:
        self.size, self.count = len(LEADING), 0
        self._lines = 0
        self._piece = Piece(source, places.join(scratch, f"records-{uuid.uuid4().hex}"), len(LEADING), None, number)
        self._index = f"{self._piece.place}.index"
        self._open = ExitStack()
        self._files: tuple[IO[bytes], IO[bytes]] | None = None
        self._held: list[tuple[bytes, pa.Table]] = []
        self._holds = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def write(self, values: Sequence[bytes], positions: pa.Array) -> None:
        """Write the next records, at these positions, all strings or all numbers."""
        if not values:
            return
        data = b"\n".join([*values, b""])
        entries = pa.table([*self._starts(values, data), positions], INDEX)
        self._held.append((data, entries))
        self._holds += len(data) + entries.nbytes
        self.size, self.count = self.size + len(data), self.count + len(values)
        if self._holds > HELD:
            self._write_held()

    def _write_held(self) -> None:
        """Write what is held to the file and its index, which are opened first unless they are."""
        if self._files is None:
            place, index = self._piece.place, self._index
            self._files = (
                self._open.enter_context(places.writing(place)),
                self._open.enter_context(places.writing(index)),
            )
            self._files[0].write(LEADING)
        data, entries = zip(*self._held, strict=True)
        with places.telling("write", self._piece.place):
            self._files[0].write(b"".join(data))
            write_table(self._files[1], pa.concat_tables(entries).combine_chunks())
        self._held, self._holds = [], 0

    def _starts(self, values: Sequence[bytes], data: bytes) -> list[pa.Array]:
        """The bytes at which records begin, and how many lines are before each."""
        ends = np.cumsum(np.fromiter(map(len, values), np.int64, len(values)) + 1)
        lines = np.arange(1, len(values) + 1)
        if data.count(b"\n") != len(values):
            lines = np.cumsum([value.count(b"\n") + 1 for value in values])
        before = [np.append(0, counts[:-1]) for counts in (ends, lines)]
        found = [arrow(self.size + before[0], pa.int64()), arrow(self._lines + before[1], pa.int64())]
        self._lines += int(lines[-1])
        return found

    def close(self) -> list[Sized]:
        """The pieces of what was written, none where nothing was."""
        if not self.count:
            return []
        if self._held:
            self._write_held()
        self._open.close()
        piece = self._piece
        return ranges(Piece(piece.source, piece.place, piece.start, self.size, piece.number, self._index))


def named(piece: Piece, lines: pa.Table) -> pa.Table:
    """Lines of a piece, by `byte_offset` there and `line_number`, with their `source`; of records, as they came.

    The source of a line of a record is that of the record, and its byte and number are those within it.
    """
    if piece.records is None:
        return lines.append_column("source", repeated(piece.source, lines.num_rows))
    index, offsets = _index(piece.records), int64s(lines["byte_offset"])
    bytes_of, lines_of = int64s(index["byte"]), int64s(index["line"])
    records: Int64s = np.searchsorted(bytes_of, offsets, "right") - 1
    within = {
        "line_number": int64s(lines["line_number"]) - lines_of[records],
        "byte_offset": offsets - bytes_of[records],
    }
    for name, numbers in within.items():
        lines = lines.set_column(lines.schema.get_field_index(name), name, arrow(numbers, pa.int64()))
    at = index["position"].take(arrow(records, pa.int64())).cast(pa.string())
    return lines.append_column("source", pc.binary_join_element_wise(piece.source, at, "#"))


@lru_cache(maxsize=1)
def _index(place: str) -> pa.Table:
    return pa.concat_tables(tables_in(place)).combine_chunks()


def part_of(source: str) -> str:
    """Of what part of a stream a record is, by its source; another source is as it is."""
    return source.rpartition("#")[0] if is_stream(source) else source

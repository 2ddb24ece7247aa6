"""Rejects: the lines of a landing that do not fit, staged block by block, and told in order, some at a time."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby
from typing import IO, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import arrow, flags, int64s, strings, with_column
from pipelines.landing.blocks import Span
from pipelines.landing.partitions import Partition
from pipelines.landing.raw_lines import INLINE, RawLines
from pipelines.sources.pieces import Piece
from pipelines.storage import places
from pipelines.storage.staging import tables_in, write_table

STAGED = pa.schema(
    [
        ("line", pa.int64()),
        ("byte_offset", pa.int64()),
        ("raw_sha256", pa.string()),
        ("raw", pa.binary()),
        ("faults", pa.list_(pa.string())),
    ]
)
Faults = tuple[str, ...]
Row = tuple[int, int, str, bytes | None, Faults]
"""A reject as in STAGED."""
END = 2**62
"""Behind the last byte of any block."""
FIRST = arrow(np.zeros(1, np.int64), pa.int64())[0]
"""The place of a list's first element."""
ROWS, BYTES = 4096, 4 * 1024 * 1024
"""How many rejects, and how many bytes of them, are held before they are written."""


class RejectStage:
    """Writes rejects of a block, by ascending line, to a stage that is made for the first of them.

    A line that is given again, right behind itself, has the faults of both. `places` has the stage once it is closed.
    """

    def __init__(self, raw_lines: RawLines) -> None:
        self.places: tuple[str, ...] = ()
        self._raw_lines = raw_lines
        self._rows: list[Row] = []
        self._bytes = 0
        self._file: IO[bytes] | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._open:
            self._write()

    def add(self, line: int, offset: int, raw: bytes | memoryview, faults: Faults) -> None:
        """Take in a line of the block by index and first byte there, its bytes and what is wrong with it."""
        if self._rows and self._rows[-1][0] == line:
            _, first, digest, kept, told = self._rows[-1]
            self._rows[-1] = (line, first, digest, kept, tuple(dict.fromkeys((*told, *faults))))
        elif len(raw) > INLINE:
            self._append((line, offset, self._raw_lines.keep(raw), None, faults), 0)
        else:
            self._append((line, offset, hashlib.sha256(raw).hexdigest(), bytes(raw), faults), len(raw))

    def add_from(self, line: int, offset: int, file: IO[bytes], size: int, faults: Faults) -> None:
        """Take in a line whose bytes are the next ones of a file."""
        self._append((line, offset, self._raw_lines.keep_from(file, size), None, faults), 0)

    def _append(self, row: Row, size: int) -> None:
        if len(self._rows) >= ROWS or self._bytes >= BYTES:
            self._write()
        self._rows.append(row)
        self._bytes += size

    def _write(self) -> None:
        if not self._rows:
            return
        if self._file is None:
            self.places = (places.join(self._raw_lines.staging, f"rejects-{uuid.uuid4().hex}"),)
            self._file = self._open.enter_context(places.writing(self.places[0]))
        write_table(self._file, _table_of(self._rows))
        self._rows, self._bytes = [], 0


def _table_of(rows: Sequence[Row]) -> pa.Table:
    """Rejects as a table."""
    lines, offsets, digests, raws, faults = zip(*rows, strict=True)
    ends = np.cumsum([0, *map(len, faults)], dtype=np.int32)
    told = pa.ListArray.from_arrays(arrow(ends, pa.int32()), strings(list(chain.from_iterable(faults))))
    numbers = (arrow(np.array(values, np.int64), pa.int64()) for values in (lines, offsets))
    return pa.table([*numbers, strings(digests), _bytes(raws), told], STAGED)


def _bytes(values: Sequence[bytes | None]) -> pa.Array:
    """An array of bytes, null where there are none."""
    given = flags(np.array([value is not None for value in values], np.bool_)).buffers()[1]
    ends = np.cumsum([0, *(len(value or b"") for value in values)], dtype=np.int32)
    data = b"".join(value or b"" for value in values)
    return pa.Array.from_buffers(pa.binary(), len(values), [given, pa.py_buffer(ends), pa.py_buffer(data)])


@dataclass(frozen=True)
class _Span:
    """The rejects of a span: the number of its first line in the source, where they are staged, and which they are.

    Those of the block's bytes up to `end`; None for all, as when the block is of one piece.
    """

    span: Span
    first: int
    stages: tuple[str, ...]
    end: int | None

    def tables(self) -> Iterator[pa.Table]:
        """The rejects, some at a time, with line and byte of the block."""
        if self.end is not None:
            rows = _held(self.stages)
            start, end = np.searchsorted(int64s(rows["byte_offset"]), [self.span.byte, self.end]).tolist()
            if start < end:
                yield rows.slice(start, end - start)
        elif len(self.stages) == 1:
            yield from tables_in(self.stages[0])
        else:
            yield _merged(self.stages)


def rejects_of(partitions: Sequence[Partition]) -> Iterator[tuple[Piece, pa.Table]]:
    """The rejects of partitions, some at a time, by source and offset, with the piece that they are of.

    They have the columns of STAGED, but the line's number in its source, from 1, for `line`, and the byte of the source
    for that of the block; a source that is given again comes again, behind all others.
    """
    for one in _by_span(partitions):
        span = one.span
        for rows in one.tables():
            numbers = arrow(int64s(rows["line"]) + (one.first - span.line), pa.int64())
            offsets = arrow(int64s(rows["byte_offset"]) + (span.offset - span.byte), pa.int64())
            yield span.piece, pa.table([numbers, offsets, *rows.columns[2:]], ["line_number", *STAGED.names[1:]])


def _by_span(partitions: Sequence[Partition]) -> list[_Span]:
    """The spans of blocks with rejects, by source and line."""
    done: Counter[int] = Counter()
    found: dict[tuple[int, int], _Span] = {}
    for partition in partitions:
        spans = partition.spans
        lines = np.diff([*(span.line for span in spans), partition.line_count]).tolist()
        for number, (span, count) in enumerate(zip(spans, lines, strict=True)):
            first = done[span.piece.number] + 1
            done[span.piece.number] += count if partition.line_count else 0
            if partition.rejects:
                before = found.get((span.piece.number, first))
                stages = (*(before.stages if before else ()), *partition.rejects)
                end = None if len(spans) == 1 else END if number + 1 == len(spans) else spans[number + 1].byte
                found[span.piece.number, first] = _Span(span, first, stages, end)
    again = _how_often_before(one.span.piece for one in found.values())
    return sorted(found.values(), key=lambda one: (again[one.span.piece.number], one.span.piece.source, one.first))


def _how_often_before(pieces: Iterator[Piece]) -> dict[int, int]:
    """How often the source of each number was given before, of those that are given."""
    numbers: dict[str, set[int]] = {}
    for piece in pieces:
        numbers.setdefault(piece.source, set()).add(piece.number)
    return {number: before for found in numbers.values() for before, number in enumerate(sorted(found))}


@lru_cache(maxsize=1)
def _held(stages: tuple[str, ...]) -> pa.Table:
    """The rejects of a block of small pieces, which are asked for one after another."""
    return _merged(stages)


def _merged(stages: Sequence[str]) -> pa.Table:
    """The rejects of several stages of a block by line; those of one line are one, with the faults of all."""
    rows = pa.concat_tables([rows for stage in stages for rows in tables_in(stage)]).sort_by("line")
    lines = int64s(rows["line"])
    first = np.append(True, lines[1:] != lines[:-1])
    if first.all():
        return rows
    by_line = groupby(zip(lines.tolist(), rows["faults"].to_pylist(), strict=True), key=lambda row: row[0])
    faults = [list(dict.fromkeys(fault for _, found in group for fault in found)) for _, group in by_line]
    merged = rows.filter(flags(first))
    return with_column(merged, "faults", pa.array(faults, STAGED.field("faults").type))


def count_rejects(partitions: Sequence[Partition]) -> tuple[int, Counter[str]]:
    """How many lines do not fit, and how many have each fault, without what was found, so that equal ones count."""
    lines, kinds = 0, Counter[str]()
    for _, rows in rejects_of(partitions):
        lines += rows.num_rows
        parts = pc.split_pattern(pc.list_flatten(rows["faults"]), ", found ", max_splits=1)
        for kind in pc.value_counts(pc.list_element(parts, FIRST)).to_pylist():
            kinds[kind["values"]] += kind["counts"]
    return lines, kinds

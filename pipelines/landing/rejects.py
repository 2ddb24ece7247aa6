"""Rejects: the lines of a landing that do not fit, staged block by block, and told in order, some at a time."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from typing import IO, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import flags, int64s
from pipelines.landing.partitions import Partition
from pipelines.landing.raw_lines import INLINE, RawLines
from pipelines.landing.sources import Chunk
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
ROWS, BYTES = 4096, 4 * 1024 * 1024
"""How many rejects, and how many bytes of them, are held before they are written."""


class RejectStage:
    """Writes rejects of a block, by ascending line, to a stage that is made for the first of them.

    A line that is given again, right behind itself, has the faults of both. `places` has the stage once it is closed.
    """

    def __init__(self, raw_lines: RawLines) -> None:
        self.places: tuple[str, ...] = ()
        self._raw_lines = raw_lines
        self._columns: tuple[list[Any], ...] = ([], [], [], [], [])
        self._bytes = 0
        self._file: IO[bytes] | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._open:
            self._write()

    def add(self, line: int, offset: int, raw: bytes | memoryview, faults: Sequence[str]) -> None:
        """Take in a line of the block by index, its first byte in the source, its bytes and what is wrong with it."""
        lines, *_, told = self._columns
        if lines and lines[-1] == line:
            told[-1] = tuple(dict.fromkeys((*told[-1], *faults)))
        elif len(raw) > INLINE:
            self._append(line, offset, self._raw_lines.keep(raw), None, faults)
        else:
            self._append(line, offset, hashlib.sha256(raw).hexdigest(), bytes(raw), faults)

    def add_from(self, line: int, offset: int, file: IO[bytes], size: int, faults: Sequence[str]) -> None:
        """Take in a line whose bytes are the next ones of a file."""
        self._append(line, offset, self._raw_lines.keep_from(file, size), None, faults)

    def _append(self, line: int, offset: int, digest: str, raw: bytes | None, faults: Sequence[str]) -> None:
        if len(self._columns[0]) >= ROWS or self._bytes >= BYTES:
            self._write()
        for column, value in zip(self._columns, (line, offset, digest, raw, faults), strict=True):
            column.append(value)
        self._bytes += 0 if raw is None else len(raw)

    def _write(self) -> None:
        if not self._columns[0]:
            return
        if self._file is None:
            self.places = (places.join(self._raw_lines.staging, f"rejects-{uuid.uuid4().hex}"),)
            self._file = self._open.enter_context(places.writing(self.places[0]))
        write_table(self._file, pa.table(self._columns, schema=STAGED))
        self._columns, self._bytes = ([], [], [], [], []), 0


def rejects_of(partitions: Sequence[Partition]) -> Iterator[tuple[Chunk, pa.Table]]:
    """The rejects of partitions, some at a time, by source and offset, with the chunk that they are of.

    They have the columns of STAGED, but the line's number in its source, from 1, for `line`; a source that is given
    again comes again, behind all others.
    """
    for chunk, first, stages in _by_block(partitions):
        for rows in tables_in(stages[0]) if len(stages) == 1 else [_merged(stages)]:
            numbers = pc.add(rows["line"], first)
            yield chunk, rows.set_column(0, "line_number", numbers).select(["line_number", *STAGED.names[1:]])


def _by_block(partitions: Sequence[Partition]) -> list[tuple[Chunk, int, tuple[str, ...]]]:
    """The blocks with rejects, in order: the chunk, the number of the first line, and where the rejects are staged."""
    done: Counter[int] = Counter()
    found: dict[tuple[int, int], tuple[Chunk, int, tuple[str, ...]]] = {}
    for partition in partitions:
        first = done[partition.chunk.number] + 1
        block = partition.chunk.number, first
        done[partition.chunk.number] += partition.line_count
        if partition.rejects:
            before = found[block][2] if block in found else ()
            found[block] = partition.chunk, first, (*before, *partition.rejects)
    again = _how_often_before(chunk for chunk, _, _ in found.values())
    return sorted(found.values(), key=lambda block: (again[block[0].number], block[0].source, block[1]))


def _how_often_before(chunks: Iterator[Chunk]) -> dict[int, int]:
    """How often the source of each number was given before, of those that are given."""
    numbers: dict[str, set[int]] = {}
    for chunk in chunks:
        numbers.setdefault(chunk.source, set()).add(chunk.number)
    return {number: before for found in numbers.values() for before, number in enumerate(sorted(found))}


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
    place = merged.schema.get_field_index("faults")
    return merged.set_column(place, STAGED.field(place), pa.array(faults, STAGED.field(place).type))


def count_rejects(partitions: Sequence[Partition]) -> tuple[int, Counter[str]]:
    """How many lines do not fit, and how many have each fault, without what was found, so that equal ones count."""
    lines, kinds = 0, Counter[str]()
    for _, rows in rejects_of(partitions):
        lines += rows.num_rows
        parts = pc.split_pattern(pc.list_flatten(rows["faults"]), ", found ", max_splits=1)
        for kind in pc.value_counts(pc.list_element(parts, 0)).to_pylist():
            kinds[kind["values"]] += kind["counts"]
    return lines, kinds

"""The fast way on one block: compiled code fills buffers."""

from dataclasses import dataclass

from pipelines.door.buffers import BEYOND, Buffers, Lines
from pipelines.door.columns import Columns, columns_for
from pipelines.door.layout import layout
from pipelines.door.scan import count_lines, scan
from pipelines.machine import Int64s

LARGEST = 2**31 - 2 * BEYOND


@dataclass(frozen=True)
class Scanned:
    """What the fast way made of a block, in the buffers that it was given."""

    columns: Columns
    rows: int
    declined: Int64s
    line_count: int


def fast(lines: Lines, latest: int, buffers: Buffers) -> Scanned:
    """What the fast way accepts and declines."""
    if lines.size > LARGEST:
        raise ValueError(f"a block has at most {LARGEST} bytes, found {lines.size}")
    columns = columns_for(lines.size, count_lines(lines.padded), buffers)
    rows, declined, line_count = scan(lines.padded, lines.size, latest, layout(), columns)
    return Scanned(columns, rows, columns.declined[:declined], line_count)

"""The fast way on one block: room is made, and compiled code fills it."""

from dataclasses import dataclass

import numpy as np

from pipelines.door.columns import BEYOND, Columns, columns_for
from pipelines.door.layout import layout
from pipelines.door.machine import Bytes, Int64s
from pipelines.door.scan import NEWLINE, count_lines, scan

LARGEST = 2**31 - 2 * BEYOND


@dataclass(frozen=True)
class Scanned:
    """What the fast way made of a block."""

    columns: Columns
    rows: int
    declined: Int64s
    line_count: int


def fast(source: Bytes, latest: int) -> Scanned:
    """What the fast way accepts and declines; the block is copied to have a newline and room behind its end."""
    if source.size > LARGEST:
        raise ValueError(f"a block has at most {LARGEST} bytes, found {source.size}")
    block = np.empty(source.size + BEYOND, np.uint8)
    block[: source.size], block[source.size :] = source, NEWLINE
    columns = columns_for(source.size, count_lines(block))
    rows, declined, lines = scan(block, source.size, latest, layout(), columns)
    return Scanned(columns, rows, columns.declined[:declined], lines)

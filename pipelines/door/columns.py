"""Buffers for the events of one block, which compiled code fills and Arrow takes over without a copy."""

from typing import NamedTuple

import numpy as np

from pipelines.door.buffers import BEYOND, Buffers
from pipelines.door.layout import FIELDS, NUMBERS, WITH_ITEMS, WITH_TEXT
from pipelines.machine import Bytes, Int32s, Int64s

LINE, START, END, UNKNOWN, UNKNOWN_END, TYPE, VERSION = range(7)
"""What is kept of a declined line: its index, first byte and newline's; and where nothing is wrong with the event, of
this type and version, but a field that is unknown, this field's first byte and the one behind it, else 0."""
SHORTEST_EVENT = 64  # bytes; the names of the required fields alone are nearly as many


class Columns(NamedTuple):
    """The events of a block by row, and the lines that were declined; `ends` begin with a 0."""

    texts: Bytes  # the texts of each field of strings, one after the other
    text_size: int
    text_ends: Int32s  # by place and row
    numbers: Int64s  # by place and row
    items: Int64s  # the items of each list: ids, or where in the texts a string ends
    item_size: int
    item_ends: Int32s  # by place and row
    fewest: Int64s  # characters of the strings of each field, in the line at hand
    most: Int64s
    types: Int32s
    given: Int64s  # which fields an event has, as bits
    hashes: Int64s
    lines: Int64s
    offsets: Int64s
    declined: Int64s  # by line, and by the constants above


def columns_for(size: int, lines: int, buffers: Buffers) -> Columns:
    """Buffers for all that a block of so many bytes and lines can hold; only what is filled takes memory."""
    rows = min(lines, size // SHORTEST_EVENT) + 1
    text_size, item_size = size + BEYOND, size // 2 + BEYOND
    columns = Columns(
        texts=buffers.array("texts", (len(WITH_TEXT) * text_size,), np.uint8),
        text_size=text_size,
        text_ends=buffers.array("text_ends", (len(WITH_TEXT), rows + 1), np.int32),
        numbers=buffers.array("numbers", (len(NUMBERS), rows), np.int64),
        items=buffers.array("items", (len(WITH_ITEMS) * item_size,), np.int64),
        item_size=item_size,
        item_ends=buffers.array("item_ends", (len(WITH_ITEMS), rows + 1), np.int32),
        fewest=buffers.array("fewest", (len(FIELDS),), np.int64),
        most=buffers.array("most", (len(FIELDS),), np.int64),
        types=buffers.array("types", (rows,), np.int32),
        given=buffers.array("given", (rows,), np.int64),
        hashes=buffers.array("hashes", (rows,), np.int64),
        lines=buffers.array("line_numbers", (rows,), np.int64),
        offsets=buffers.array("offsets", (rows,), np.int64),
        declined=buffers.array("declined", (lines, VERSION + 1), np.int64),
    )
    columns.text_ends[:, 0] = columns.item_ends[:, 0] = 0
    return columns

"""Room for the events of one block, which compiled code fills and Arrow takes over without a copy."""

from typing import NamedTuple

import numpy as np

from pipelines.door.layout import FIELDS, NUMBERS, WITH_ITEMS, WITH_TEXT
from pipelines.door.room import BEYOND, Room
from pipelines.machine import Bytes, Int32s, Int64s

SHORTEST_EVENT = 64  # bytes; the names of the required fields alone are nearly as many


class Columns(NamedTuple):
    """The events of a block by row, and the lines that were declined; `ends` begin with a 0."""

    texts: Bytes  # the texts of each field of strings, one after the other
    text_room: int
    text_ends: Int32s  # by place and row
    numbers: Int64s  # by place and row
    items: Int64s  # the items of each list: ids, or where in the texts a string ends
    item_room: int
    item_ends: Int32s  # by place and row
    fewest: Int64s  # characters of the strings of each field, in the line at hand
    most: Int64s
    types: Int32s
    given: Int64s  # which fields an event has, as bits
    hashes: Int64s
    lines: Int64s
    offsets: Int64s
    declined: Int64s  # line, start and end of each


def columns_for(size: int, lines: int, room: Room) -> Columns:
    """Room for all that a block of so many bytes and lines can hold; only what is filled takes memory."""
    rows = min(lines, size // SHORTEST_EVENT) + 1
    text_room, item_room = size + BEYOND, size // 2 + BEYOND
    columns = Columns(
        texts=room.array("texts", (len(WITH_TEXT) * text_room,), np.uint8),
        text_room=text_room,
        text_ends=room.array("text_ends", (len(WITH_TEXT), rows + 1), np.int32),
        numbers=room.array("numbers", (len(NUMBERS), rows), np.int64),
        items=room.array("items", (len(WITH_ITEMS) * item_room,), np.int64),
        item_room=item_room,
        item_ends=room.array("item_ends", (len(WITH_ITEMS), rows + 1), np.int32),
        fewest=room.array("fewest", (len(FIELDS),), np.int64),
        most=room.array("most", (len(FIELDS),), np.int64),
        types=room.array("types", (rows,), np.int32),
        given=room.array("given", (rows,), np.int64),
        hashes=room.array("hashes", (rows,), np.int64),
        lines=room.array("line_numbers", (rows,), np.int64),
        offsets=room.array("offsets", (rows,), np.int64),
        declined=room.array("declined", (lines, 3), np.int64),
    )
    columns.text_ends[:, 0] = columns.item_ends[:, 0] = 0
    return columns

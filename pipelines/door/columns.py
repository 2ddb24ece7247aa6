"""Room for the events of one block, which compiled code fills and Arrow takes over without a copy."""

from typing import NamedTuple

import numpy as np

from pipelines.door.layout import FIELDS, LIST, NUMBER, TEXT, kept_as
from pipelines.door.machine import Bytes, Int32s, Int64s

BEYOND = 64
SHORTEST_EVENT = 64  # bytes; the names of the required fields alone are nearly as many


class Columns(NamedTuple):
    """The events of a block by row, and the lines that were declined; `ends` begin with a 0."""

    texts: Bytes  # the texts of each string field, one after the other
    text_room: int
    text_ends: Int32s  # by place and row
    numbers: Int64s  # by place and row
    ids: Int64s
    ids_room: int
    ids_ends: Int32s
    characters: Int64s  # of each string field, in the line at hand
    types: Int32s
    given: Int64s  # which fields an event has, as bits
    hashes: Int64s
    lines: Int64s
    offsets: Int64s
    declined: Int64s  # line, start and end of each


def columns_for(size: int, lines: int) -> Columns:
    """Room for all that a block of so many bytes and lines can hold; only what is filled takes memory."""
    rows = min(lines, size // SHORTEST_EVENT) + 1
    texts, numbers, lists = len(kept_as(TEXT)), len(kept_as(NUMBER)), len(kept_as(LIST))
    text_room, ids_room = size + BEYOND, size // 2 + BEYOND
    return Columns(
        texts=np.empty(texts * text_room, np.uint8),
        text_room=text_room,
        text_ends=np.zeros((texts, rows + 1), np.int32),
        numbers=np.zeros((numbers, rows), np.int64),
        ids=np.empty(lists * ids_room, np.int64),
        ids_room=ids_room,
        ids_ends=np.zeros((lists, rows + 1), np.int32),
        characters=np.zeros(len(FIELDS), np.int64),
        types=np.empty(rows, np.int32),
        given=np.empty(rows, np.int64),
        hashes=np.empty(rows, np.int64),
        lines=np.empty(rows, np.int64),
        offsets=np.empty(rows, np.int64),
        declined=np.empty((lines, 3), np.int64),
    )

"""The values of a line's fields, each scanned into its column and hashed."""

import numpy as np

from pipelines.compiled import inlined
from pipelines.door.columns import Columns
from pipelines.door.hashing import hash_bytes, hash_int, hash_ints
from pipelines.door.layout import LIST, NUMBER, TEXT, TIME, Layout
from pipelines.door.machine import Bytes
from pipelines.door.names import NONE, find
from pipelines.door.numbers import scan_ids, scan_positive, scan_time
from pipelines.door.texts import scan_text

QUOTE = 34


@inlined
def is_null(block: Bytes, at: int) -> bool:
    """Whether `null` begins at a place."""
    return bool(block[at] == 110 and block[at + 1] == 117 and block[at + 2] == 108 and block[at + 3] == 108)


@inlined
def _string(block: Bytes, at: int, row: int, field: int, of: Layout, to: Columns) -> tuple[int, np.uint64]:
    """The place behind a string, or -1, and its hash."""
    place = of.places[field]
    base = place * to.text_room
    start = base + to.text_ends[place, row]
    if block[at] != QUOTE:
        return -1, NONE
    at, end, to.characters[field] = scan_text(block, at + 1, to.texts, start)
    to.text_ends[place, row + 1] = end - base
    return at, hash_bytes(to.texts, start, end, of.seeds[field])


@inlined
def _ids(block: Bytes, at: int, row: int, field: int, of: Layout, to: Columns) -> tuple[int, np.uint64]:
    """The place behind a list of ids, or -1, and its hash."""
    place = of.places[field]
    base = place * to.ids_room
    start = base + to.ids_ends[place, row]
    at, end = scan_ids(block, at, to.ids, start)
    to.ids_ends[place, row + 1] = end - base
    return at, hash_ints(to.ids, start, end, of.seeds[field])


@inlined
def scan_value(
    block: Bytes, at: int, row: int, field: int, latest: int, of: Layout, to: Columns
) -> tuple[int, np.uint64]:
    """The place behind a field's value, or -1, and its hash."""
    kind = of.kinds[field]
    if kind == TEXT:
        return _string(block, at, row, field, of, to)
    if kind == LIST:
        return _ids(block, at, row, field, of, to)
    if kind == NUMBER:
        value, end = scan_positive(block, at)
    elif block[at] != QUOTE:
        return -1, NONE
    elif kind == TIME:
        value, end = scan_time(block, at + 1, latest)
    else:
        to.types[row], end = find(of.types, block, at + 1)
        return (end + 1 if to.types[row] >= 0 else -1), hash_bytes(block, at + 1, end, of.seeds[field])
    to.numbers[of.places[field], row] = value
    return end, hash_int(value, of.seeds[field])

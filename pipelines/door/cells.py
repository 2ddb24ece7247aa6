"""The values of a line's fields, each scanned into its column and hashed."""

import numpy as np

from pipelines.compiled import inlined
from pipelines.door.columns import Columns
from pipelines.door.hashing import hash_bytes, hash_int, hash_ints, hash_texts
from pipelines.door.layout import LIST, NUMBER, TEXT, TEXTS, TIME, UNBOUNDED, Layout
from pipelines.door.names import NONE, find
from pipelines.door.numbers import scan_ids, scan_positive, scan_time, skip
from pipelines.door.texts import scan_text
from pipelines.machine import Bytes, byte

QUOTE, COMMA, OPEN, CLOSE = 34, 44, 91, 93


@inlined
def behind_nothing(block: Bytes, at: int, field: int, of: Layout) -> int:
    """What is behind the `null` that begins here, or behind the empty list in a field of lists; else -1."""
    if byte(block, at) == OPEN and of.lists[field] >= 0:
        at = skip(block, at + 1)
        return at + 1 if byte(block, at) == CLOSE else -1
    is_null = (
        byte(block, at) == 110
        and byte(block, at + 1) == 117
        and byte(block, at + 2) == 108
        and byte(block, at + 3) == 108
    )
    return at + 4 if is_null else -1


@inlined
def _string(block: Bytes, at: int, row: int, field: int, of: Layout, to: Columns) -> tuple[int, np.uint64]:
    """The place behind a string, or -1, and its hash."""
    place = of.texts[field]
    base = place * to.text_size
    start = base + to.text_ends[place, row]
    if byte(block, at) != QUOTE:
        return -1, NONE
    at, end, characters = scan_text(block, at + 1, to.texts, start)
    to.fewest[field] = to.most[field] = characters
    to.text_ends[place, row + 1] = end - base
    return at, hash_bytes(to.texts, start, end, of.seeds[field])


@inlined
def _ids(block: Bytes, at: int, row: int, field: int, of: Layout, to: Columns) -> tuple[int, np.uint64]:
    """The place behind a list of ids that is not empty, or -1, and its hash."""
    place = of.lists[field]
    base = place * to.item_size
    start = base + to.item_ends[place, row]
    at, end = scan_ids(block, at, to.items, start)
    to.item_ends[place, row + 1] = end - base
    return at, hash_ints(to.items, start, end, of.seeds[field])


@inlined
def _texts(block: Bytes, at: int, row: int, field: int, of: Layout, to: Columns) -> tuple[int, np.uint64]:
    """The place behind a list of strings that is not empty, or -1, and its hash."""
    place, list_place = of.texts[field], of.lists[field]
    base, item_base = place * to.text_size, list_place * to.item_size
    start, first = base + to.text_ends[place, row], item_base + to.item_ends[list_place, row]
    end, last, following = start, first, OPEN
    to.fewest[field], to.most[field] = UNBOUNDED, 0
    if byte(block, at) != OPEN:
        return -1, NONE
    while byte(block, at) == following:
        at = skip(block, at + 1)
        if byte(block, at) != QUOTE:
            return -1, NONE
        at, end, characters = scan_text(block, at + 1, to.texts, end)
        if at < 0:
            return -1, NONE
        to.fewest[field], to.most[field] = min(to.fewest[field], characters), max(to.most[field], characters)
        to.items[last] = end - base
        at, last, following = skip(block, at), last + 1, COMMA
    to.text_ends[place, row + 1], to.item_ends[list_place, row + 1] = end - base, last - item_base
    closed = byte(block, at) == CLOSE
    return at + 1 if closed else -1, hash_texts(to.texts, base, start, to.items, first, last, of.seeds[field])


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
    if kind == TEXTS:
        return _texts(block, at, row, field, of, to)
    if kind == NUMBER:
        value, end = scan_positive(block, at)
    elif byte(block, at) != QUOTE:
        return -1, NONE
    elif kind == TIME:
        value, end = scan_time(block, at + 1, latest)
    else:
        to.types[row], end = find(of.types, block, at + 1)
        return (end + 1 if to.types[row] >= 0 else -1), hash_bytes(block, at + 1, end, of.seeds[field])
    to.numbers[of.numbers[field], row] = value
    return end, hash_int(value, of.seeds[field])

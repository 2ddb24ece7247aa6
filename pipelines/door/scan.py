"""The fast way: whole blocks of event lines at once, by compiled code that declines a line at the least doubt."""

import numpy as np

from pipelines.compiled import compiled, inlined
from pipelines.door.buffers import NEWLINE
from pipelines.door.cells import behind_nothing, scan_value
from pipelines.door.columns import END, LINE, START, TYPE, UNKNOWN, UNKNOWN_END, VERSION, Columns
from pipelines.door.hashing import hash_int
from pipelines.door.layout import Layout
from pipelines.door.names import NONE, find
from pipelines.door.numbers import skip
from pipelines.door.unknown import behind_unknown
from pipelines.machine import ZERO, Bytes, byte

QUOTE, COMMA, COLON, OPEN, CLOSE = 34, 44, 58, 123, 125


@inlined
def _fits(row: int, given: int, of: Layout, to: Columns) -> bool:
    """Whether a line's fields are what its type asks for; whether each is of its kind is known."""
    if not given & (1 << of.type):
        return False
    event, version = to.types[row], to.numbers[of.numbers[of.version], row]
    if version > of.newest[event]:
        return False
    shape = of.first[event] + version - 1
    if given & of.required[shape] != of.required[shape] or given & ~of.allowed[shape]:
        return False
    if of.any_of[shape] and not given & of.any_of[shape]:
        return False
    for field in range(of.texts.size):
        has_text = of.texts[field] >= 0 and given & (1 << field)
        if has_text and (to.fewest[field] < of.shortest[shape, field] or to.most[field] > of.longest[shape, field]):
            return False
    return True


@inlined
def _begin(row: int, to: Columns) -> None:
    """Nothing is given yet in a row."""
    for place in range(to.text_ends.shape[0]):
        to.text_ends[place, row + 1] = to.text_ends[place, row]
    for place in range(to.item_ends.shape[0]):
        to.item_ends[place, row + 1] = to.item_ends[place, row]
    for place in range(to.numbers.shape[0]):
        to.numbers[place, row] = 0


@inlined
def _end(row: int, given: int, content: np.uint64, of: Layout, to: Columns) -> bool:
    """Whether a row's event fits, and is kept with its hash; it has version 1 unless it says another."""
    if not given & (1 << of.version):
        to.numbers[of.numbers[of.version], row] = 1
        content += hash_int(1, of.seeds[of.version])
        given |= 1 << of.version
    to.given[row] = given
    to.hashes[row] = np.int64(content)
    return _fits(row, given, of, to)


@inlined
def _scan_line(block: Bytes, at: int, row: int, declined: int, latest: int, of: Layout, to: Columns) -> int:
    """The place of the newline behind the event that begins at `at`, or -1 for a line that is declined.

    It is negative where nothing is wrong but that the event has an unknown field, whose place is kept.
    """
    _begin(row, to)
    seen = given = unknown = ZERO
    content = NONE
    at = skip(block, at)
    following = OPEN
    while byte(block, at) == following:
        name = skip(block, at + 1)
        if byte(block, name) != QUOTE:
            return -1
        field, at = find(of.names, block, name + 1)
        if field < 0:
            at = behind_unknown(block, name) if unknown == 0 else -1
            unknown = name
            to.declined[declined, UNKNOWN], to.declined[declined, UNKNOWN_END] = name, at
        else:
            at = skip(block, at + 1)
            if seen & (1 << field) or byte(block, at) != COLON:
                return -1
            seen |= 1 << field
            at = skip(block, at + 1)
            behind = behind_nothing(block, at, field, of)
            if behind >= 0:
                at = behind
            else:
                at, hashed = scan_value(block, at, row, field, latest, of, to)
                given |= 1 << field
                content += hashed
        if at < 0:
            return -1
        at = skip(block, at)
        following = COMMA
    if following == OPEN or byte(block, at) != CLOSE:
        return -1
    at = skip(block, at + 1)
    if byte(block, at) != NEWLINE or not _end(row, given, content, of, to):
        return -1
    return at if unknown == 0 else -at


@inlined
def _newline(block: Bytes, at: int) -> int:
    """The place of the first newline from `at` on."""
    while byte(block, at) != NEWLINE:
        at += 1
    return at


@inlined
def _decline(line: int, at: int, end: int, row: int, declined: int, of: Layout, to: Columns) -> None:
    """The place of a declined line is kept, and the event's type and version where all but an unknown field fits."""
    to.declined[declined, LINE], to.declined[declined, START], to.declined[declined, END] = line, at, abs(end)
    if end > 0:
        to.declined[declined, UNKNOWN] = 0
        return
    to.declined[declined, TYPE] = to.types[row]
    to.declined[declined, VERSION] = to.numbers[of.numbers[of.version], row]


@compiled
def count_lines(block: Bytes) -> int:
    """How many newlines a block has."""
    found = 0
    for one in block:
        found += one == NEWLINE
    return found


@compiled
def scan(block: Bytes, size: int, latest: int, of: Layout, to: Columns) -> tuple[int, int, int]:
    """How many events, declined lines and lines begin in the first bytes of a block; a newline follows these."""
    at = rows = declined = lines = ZERO
    while at < size:
        end = _scan_line(block, at, rows, declined, latest, of, to)
        if end >= 0:
            to.lines[rows], to.offsets[rows] = lines, at
            rows += 1
        else:
            end = _newline(block, at) if end == -1 else end
            if end < 0 or skip(block, at) != end:
                _decline(lines, at, end, rows, declined, of, to)
                declined += 1
        lines += 1
        at = abs(end) + 1
    return rows, declined, lines

"""The strings of JSON, decoded and checked in one pass from a block of lines into a column's buffer."""

import numpy as np

from pipelines.compiled import inlined
from pipelines.door.names import NONE, special
from pipelines.door.utf8 import encode, width
from pipelines.machine import Bytes, byte, load, store, trailing_zeros

QUOTE = 34
BACKSLASH = 92
SPACE = 32


def _escapes() -> Bytes:
    """What the letter after a backslash stands for; 0 where it stands for nothing."""
    found = np.zeros(256, np.uint8)
    for letter, meaning in zip('"\\/bfnrt', '"\\/\b\f\n\r\t', strict=True):
        found[ord(letter)] = ord(meaning)
    return found


ESCAPES = _escapes()


@inlined
def _hex4(block: Bytes, at: int) -> int:
    """The number that four hexadecimal digits stand for, or a negative one."""
    found = 0
    for place in range(at, at + 4):
        digit = byte(block, place)
        if 48 <= digit <= 57:
            found = found * 16 + digit - 48
        elif 97 <= (digit | 32) <= 102:
            found = found * 16 + (digit | 32) - 87
        else:
            return -1
    return found


@inlined
def _code_point(block: Bytes, at: int) -> tuple[int, int]:
    r"""The code point that the `\u` at a place begins, or -1, and the place behind it; surrogates come in pairs."""
    point = _hex4(block, at + 2)
    if point < 0xD800 or point > 0xDFFF:
        return point, at + 6
    if point > 0xDBFF or byte(block, at + 6) != BACKSLASH or byte(block, at + 7) != 117:
        return -1, at
    low = _hex4(block, at + 8)
    if low < 0xDC00 or low > 0xDFFF:
        return -1, at
    return 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00), at + 12


@inlined
def _copy_plain(block: Bytes, at: int, into: Bytes, end: int) -> tuple[int, int]:
    """The first place from `at` on that is not plain, and where its copy goes once all before it are copied."""
    while True:
        word = load(block, at)
        store(into, end, word)
        marks = special(word)
        if marks != NONE:
            plain = trailing_zeros(marks) >> 3
            return at + plain, end + plain
        at += 8
        end += 8


@inlined
def _copy_wide(block: Bytes, at: int, into: Bytes, end: int) -> tuple[int, int, int]:
    """As _copy_plain, for the characters beyond ASCII from `at` on, with their number; -1 if one is malformed."""
    points = 0
    while byte(block, at) >= 0x80:
        wide = width(block, at)
        if wide == 0:
            return at, end, -1
        for _ in range(wide):
            into[end] = byte(block, at)
            at += 1
            end += 1
        points += 1
    return at, end, points


@inlined
def scan_text(block: Bytes, at: int, into: Bytes, end: int) -> tuple[int, int, int]:
    """The place behind the string's closing quote, or -1, where the decoded bytes end, and their characters."""
    start, more = end, 0
    while True:
        at, end = _copy_plain(block, at, into, end)
        before, points = end, 1
        if byte(block, at) == QUOTE:
            return at + 1, end, end - start - more
        if byte(block, at) >= 0x80:
            at, end, points = _copy_wide(block, at, into, end)
        elif byte(block, at) != BACKSLASH:
            return -1, end, 0
        elif byte(block, at + 1) == 117:
            point, at = _code_point(block, at)
            points = 1 if point >= 0 else -1
            end = encode(point, into, end)
        else:
            into[end] = ESCAPES[byte(block, at + 1)]
            points = 1 if into[end] != 0 else -1
            at += 2
            end += 1
        if points < 0:
            return -1, end, 0
        more += end - before - points

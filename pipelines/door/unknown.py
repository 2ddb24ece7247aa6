"""A field whose name the contract does not know: where it ends, when both its name and its value are plain."""

from pipelines.compiled import inlined
from pipelines.door.names import NONE, special
from pipelines.door.numbers import scan_positive, skip
from pipelines.machine import Bytes, byte, load, trailing_zeros

QUOTE, COLON = 34, 58
LONGEST = 256
"""The most bytes, from the name's first quote to the value's end, of a field that is plain."""
MASK_4, TRUE = 0xFFFFFFFF, int.from_bytes(b"true", "little")
MASK_5, FALSE = 0xFFFFFFFFFF, int.from_bytes(b"false", "little")


@inlined
def _behind_string(block: Bytes, at: int) -> int:
    """The place behind the string that begins at `at`, or -1 when not all of it is ASCII without escapes."""
    at += 1
    while special(load(block, at)) == NONE:
        at += 8
    at += trailing_zeros(special(load(block, at))) >> 3
    return at + 1 if byte(block, at) == QUOTE else -1


@inlined
def _behind_value(block: Bytes, at: int) -> int:
    """The place behind a plain value, or -1: a string, an id, `true` or `false`, nothing else."""
    if byte(block, at) == QUOTE:
        return _behind_string(block, at)
    word = int(load(block, at))
    if word & MASK_4 == TRUE:
        return at + 4
    if word & MASK_5 == FALSE:
        return at + 5
    return scan_positive(block, at)[1]


@inlined
def behind_unknown(block: Bytes, at: int) -> int:
    """The place behind the field whose name's quote is at `at`, or -1 when it is not plain."""
    end = _behind_string(block, at)
    if end < 0:
        return -1
    colon = skip(block, end)
    if byte(block, colon) != COLON:
        return -1
    end = _behind_value(block, skip(block, colon + 1))
    return end if end - at <= LONGEST else -1

"""UTF-8 as RFC 3629 has it: no surrogates, nothing too long, nothing beyond U+10FFFF."""

from pipelines.compiled import inlined
from pipelines.machine import Bytes, byte


@inlined
def _continues(byte: int) -> bool:
    """Whether a byte is one that continues a character in UTF-8."""
    return 0x80 <= byte < 0xC0


@inlined
def width(block: Bytes, at: int) -> int:
    """How many bytes the well-formed UTF-8 character from `at` on has, 0 if it is none; it is not ASCII."""
    first, second = byte(block, at), byte(block, at + 1)
    if 0xC2 <= first < 0xE0:
        return 2 if _continues(second) else 0
    if not (_continues(second) and _continues(byte(block, at + 2))):
        return 0
    if 0xE0 <= first < 0xF0:
        too_long = first == 0xE0 and second < 0xA0
        surrogate = first == 0xED and second >= 0xA0
        return 0 if too_long or surrogate else 3
    too_long = first == 0xF0 and second < 0x90
    beyond = first == 0xF4 and second >= 0x90
    return 4 if 0xF0 <= first < 0xF5 and not too_long and not beyond and _continues(byte(block, at + 3)) else 0


@inlined
def encode(point: int, into: Bytes, end: int) -> int:
    """Where the UTF-8 of a code point ends that is written from `end` on."""
    if point < 0x80:
        into[end] = point
        return end + 1
    if point < 0x800:
        into[end] = 0xC0 | (point >> 6)
    else:
        if point < 0x10000:
            into[end] = 0xE0 | (point >> 12)
        else:
            into[end] = 0xF0 | (point >> 18)
            end += 1
            into[end] = 0x80 | ((point >> 12) & 0x3F)
        end += 1
        into[end] = 0x80 | ((point >> 6) & 0x3F)
    into[end + 1] = 0x80 | (point & 0x3F)
    return end + 2

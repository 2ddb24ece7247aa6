"""Which of a few known names stands at a place of a block, found by a hash without collisions."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pipelines.compiled import inlined
from pipelines.machine import Bytes, Int64s, Words, byte, load, trailing_zeros

LONGEST = 31
SHIFT = np.uint64(56)
ONES = np.uint64(0x0101010101010101)
HIGH = np.uint64(0x8080808080808080)
SPACES = np.uint64(0x2020202020202020)
QUOTES = np.uint64(0x2222222222222222)
BACKSLASHES = np.uint64(0x5C5C5C5C5C5C5C5C)
ONE = np.uint64(1)
NONE = np.uint64(0)


class Names(NamedTuple):
    """Names of at most LONGEST bytes: the number of the name in each slot or -1, and their words, filled up with 0."""

    multiplier: np.uint64
    slots: Int64s
    words: Words


def names_of(given: Sequence[str]) -> Names:
    """The names, with the first multiplier that puts each into a slot of its own."""
    long = [name for name in given if len(name.encode()) > LONGEST]
    if long:
        raise ValueError(f"names of at most {LONGEST} bytes are expected, found {', '.join(long)}")
    padded = b"".join(name.encode().ljust(LONGEST + 1, b"\0") for name in given)
    words = np.frombuffer(padded, "<u8").reshape(len(given), -1).astype(np.uint64)
    lengths = [len(name.encode()) for name in given]
    for attempt in range(1, 100_000):
        multiplier = 0x9E3779B97F4A7C15 * (2 * attempt + 1) % 2**64
        slots = [_slot(row, length, multiplier) for row, length in zip(words.tolist(), lengths, strict=True)]
        if len(set(slots)) == len(slots):
            table = np.full(256, -1, np.int64)
            table[slots] = np.arange(len(slots))
            return Names(np.uint64(multiplier), table, words)
    raise ValueError(f"no hash without collisions was found for {', '.join(given)}")


def _slot(words: Sequence[int], length: int, multiplier: int) -> int:
    """The slot of a name, as `find` computes it."""
    found = 0
    for word in words[: length // 8 + 1]:
        found = (found ^ word) * multiplier % 2**64
    return found >> int(SHIFT)


@inlined
def special(word: np.uint64) -> np.uint64:
    """A mark on the first byte that is not plain (quote, backslash, control character, not ASCII); 0 if all are.

    The marks after the first one may be wrong.
    """
    quote = word ^ QUOTES
    backslash = word ^ BACKSLASHES
    marks = ((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) | ((word - SPACES) & ~word)
    return (marks | word) & HIGH


@inlined
def find(names: Names, block: Bytes, at: int) -> tuple[int, int]:
    """The number of the name that begins at `at`, or -1, and the place of its closing quote."""
    found = NONE
    for number in range((LONGEST + 1) // 8):
        word = load(block, at + 8 * number)
        marks = special(word)
        if marks != NONE:
            length = trailing_zeros(marks) >> 3
            word &= (ONE << np.uint64(8 * length)) - ONE
            name = names.slots[((found ^ word) * names.multiplier) >> SHIFT]
            end = at + 8 * number + length
            if name < 0 or byte(block, end) != 34 or names.words[name, number] != word:
                return -1, end
            for before in range(number):
                if names.words[name, before] != load(block, at + 8 * before):
                    return -1, end
            return name, end
        found = (found ^ word) * names.multiplier
    return -1, at

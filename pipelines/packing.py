"""How sorted words are packed into pages, by their highest bits, with a directory; compiled.

A page's number gives the highest bits of its words: whole bytes of these are left out. The directory has two numbers of
32 bits for each page, the word at which it begins and the checksum of its words, and says at last how many words
there are.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipelines.arrays import Bools, Int64s
from pipelines.compiled import compiled, inlined
from pipelines.machine import load, store

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]

ROW = 8
"""The bytes of a page in the directory."""
PARTS = 1 << 16
"""How many numbers the lowest bits of a word have room for."""
DAMAGED = -1


@inlined
def _start(page: np.uint64) -> np.uint64:
    """The checksum of a page so far that has no words yet."""
    return (page + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xD1342543DE82EF95)


@inlined
def _summed(total: np.uint64, word: np.uint64) -> np.uint64:
    """The checksum of a page so far, with another word."""
    return (total + word) * np.uint64(0xD1342543DE82EF95)


@inlined
def _high(page: np.uint64, bits: np.uint64, dropped: np.uint64) -> np.uint64:
    """The bytes of a page's words that are left out, where they were."""
    if dropped == np.uint64(0):
        return np.uint64(0)
    return (page >> (bits - np.uint64(8) * dropped)) << (np.uint64(64) - np.uint64(8) * dropped)


@inlined
def _mask(width: int) -> np.uint64:
    """The bits of so many bytes, of at most eight."""
    return np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(64 - 8 * width)


def ascending(words: Words) -> Words:
    """The words in their order: quickly where their highest bits are as those of hashes."""
    bits = max(1, min(17, len(words).bit_length() - 1))
    into, starts = np.empty(len(words), np.uint64), np.zeros((1 << bits) + 1, np.int64)
    _sort(words, bits, starts, into)
    return into


def merged(some: Sequence[Words]) -> Words:
    """All words in their order, of several arrays that each ascend."""
    return some[0] if len(some) == 1 else np.sort(np.concatenate(some), kind="stable")


@compiled
def _sort(words: Words, bits: int, starts: Int64s, into: Words) -> None:
    """Put the words to the places of their highest bits, and then each before those that are greater."""
    shift = np.uint64(64 - bits)
    for word in words:
        starts[np.int64(word >> shift) + 1] += 1
    for number in range(1, len(starts)):
        starts[number] += starts[number - 1]
    for word in words:
        into[starts[word >> shift]] = word
        starts[word >> shift] += 1
    for at in range(1, len(into)):
        word, place = into[at], at
        while place > 0 and into[place - 1] > word:
            into[place] = into[place - 1]
            place -= 1
        into[place] = word


@compiled
def begin(sums: Words) -> None:
    """Set the checksums of pages without words."""
    for page in range(len(sums)):
        sums[page] = _start(np.uint64(page))


@compiled
def pack(words: Words, bits: int, into: Bytes, counts: Int64s, sums: Words) -> None:
    """Write the lowest bytes of words, with eight bytes to spare, and add them to their pages' counts and checksums."""
    at, width = 0, 8 - bits // 8
    for word in words:
        store(into, at, word)
        at += width
        page = word >> np.uint64(64 - bits)
        counts[page] += 1
        sums[page] = _summed(sums[page], word)


@compiled
def unpack(data: Bytes, count: int, bits: int, first: int, end: int, into: Words) -> int:
    """Copy the words of some pages; how many they are, or DAMAGED, also where there is no room for them."""
    width = 8 - bits // 8
    directory, found = count * width, 0
    for page in range(first, end):
        row = load(data, directory + ROW * page)
        start, after = row & np.uint64(0xFFFFFFFF), load(data, directory + ROW * page + ROW) & np.uint64(0xFFFFFFFF)
        if start > after or after > np.uint64(count) or found + np.int64(after - start) > len(into):
            return DAMAGED
        high = _high(np.uint64(page), np.uint64(bits), np.uint64(8 - width))
        total = _start(np.uint64(page))
        for at in range(np.int64(start) * width, np.int64(after) * width, width):
            word = (load(data, at) & _mask(width)) | high
            total = _summed(total, word)
            into[found] = word
            found += 1
        if total >> np.uint64(32) != row >> np.uint64(32):
            return DAMAGED
    return found


@compiled
def probe(data: Bytes, count: int, bits: int, hashes: Words, parts: Bools) -> int:
    """Mark the parts, by the lowest 16 bits, of words with the other bits of any of the ascending hashes.

    Returns DAMAGED where a page is not what was written, else 0.
    """
    width = 8 - bits // 8
    directory, here = count * width, 0
    shift, low = np.uint64(64 - bits), np.uint64(16)
    while here < len(hashes):
        page = hashes[here] >> shift
        place = directory + ROW * np.int64(page)
        row = load(data, place)
        start, after = row & np.uint64(0xFFFFFFFF), load(data, place + ROW) & np.uint64(0xFFFFFFFF)
        if start > after or after > np.uint64(count):
            return DAMAGED
        high, total = _high(page, np.uint64(bits), np.uint64(8 - width)), _start(page)
        wanted = hashes[here] >> low
        for at in range(np.int64(start) * width, np.int64(after) * width, width):
            word = (load(data, at) & _mask(width)) | high
            total = _summed(total, word)
            while wanted < word >> low and here + 1 < len(hashes):
                here += 1
                wanted = hashes[here] >> low
            if wanted == word >> low:
                parts[word & np.uint64(0xFFFF)] = True
        if total >> np.uint64(32) != row >> np.uint64(32):
            return DAMAGED
        while here < len(hashes) and hashes[here] >> shift == page:
            here += 1
    return 0

"""The 64-bit hashes of values and of contents. This definition is frozen: hashes are kept in logs for ever.

Text is hashed by MurmurHash64A (Appleby, 2008) over its UTF-8 bytes, a number by the finaliser of MurmurHash3
over the number xor the seed. A list begins as the hash of its length; then each item in turn, an id as it is or the
hash of a string, is taken in: what was found becomes the finaliser of (found xor item), plus the seed. A content's
hash is the sum, modulo 2^64, of its fields' hashes, each seeded by the field's name; so neither the order of the
fields matters nor a field that is absent, and new fields change no old hash. An empty list is absent. In logs of before
that was so, there are contents with the hash of an empty list among the others.
"""

import hashlib

import numpy as np

from pipelines.compiled import compiled, inlined
from pipelines.machine import Bytes, Int64s, load

BYTE = np.uint64(8)
M = np.uint64(0xC6A4A7935BD1E995)
R47 = np.uint64(47)
R33 = np.uint64(33)
F1 = np.uint64(0xFF51AFD7ED558CCD)
F2 = np.uint64(0xC4CEB9FE1A85EC53)
_MENTIONED_IDS, _LANGUAGES = np.array([6_495_096_637_532_687_643, 6_131_579_690_305_225_603])
OF_EMPTY_LISTS: Int64s = np.array([[0], [_MENTIONED_IDS]]) + np.array([0, _LANGUAGES])
"""What a content's hash may have more when it landed before an empty list was as none, also for no empty list."""


def seed_of(name: str) -> np.uint64:
    """The seed of a field: the first eight bytes, little-endian, of the BLAKE2b digest (64 bits) of its name."""
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))


@inlined
def mix(word: np.uint64) -> np.uint64:
    """The word after MurmurHash3's 64-bit finaliser: a bijection in which each bit depends on all."""
    word = (word ^ (word >> R33)) * F1
    word = (word ^ (word >> R33)) * F2
    return word ^ (word >> R33)


@inlined
def hash_int(value: int, seed: np.uint64) -> np.uint64:
    """The hash of an int64, taken as two's complement."""
    return mix(np.uint64(value) ^ seed)


@inlined
def hash_ints(values: Int64s, start: int, stop: int, seed: np.uint64) -> np.uint64:
    """The hash of the int64s from `start` to `stop`, their number and their order."""
    found = mix(np.uint64(stop - start) ^ seed)
    for at in range(start, stop):
        found = mix(found ^ np.uint64(values[at])) + seed
    return found


@inlined
def _last_bytes(data: Bytes, start: int, stop: int) -> np.uint64:
    """The last one to seven bytes before `stop` as a little-endian number, reading nothing at or after `stop`."""
    if stop >= 8:
        last: np.uint64 = load(data, stop - 8)
        return last >> (BYTE * np.uint64(8 - (stop - start)))
    word = np.uint64(0)
    for at in range(stop - 1, start - 1, -1):
        word = (word << BYTE) | np.uint64(data[at])
    return word


@compiled
def hash_bytes(data: Bytes, start: int, stop: int, seed: np.uint64) -> np.uint64:
    """MurmurHash64A of the bytes from `start` to `stop`."""
    found = seed ^ (np.uint64(stop - start) * M)
    at = start
    while at + 8 <= stop:
        word = load(data, at) * M
        found = (found ^ ((word ^ (word >> R47)) * M)) * M
        at += 8
    if at < stop:
        found = (found ^ _last_bytes(data, at, stop)) * M
    found = (found ^ (found >> R47)) * M
    return found ^ (found >> R47)


def hash_of(text: bytes, seed: np.uint64) -> np.uint64:
    """The hash of a text, as Python calls it."""
    return np.uint64(hash_bytes(np.frombuffer(bytearray(text), np.uint8), 0, len(text), seed))


@inlined
def hash_texts(data: Bytes, base: int, start: int, ends: Int64s, first: int, stop: int, seed: np.uint64) -> np.uint64:
    """The hash of the texts from `start` on that end, counted from `base`, as `ends` has it from `first` to `stop`."""
    found = mix(np.uint64(stop - first) ^ seed)
    for at in range(first, stop):
        end = base + ends[at]
        found = mix(found ^ hash_bytes(data, start, end, seed)) + seed
        start = end
    return found

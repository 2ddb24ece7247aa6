"""The content hash once more, in plain Python, from its description."""

import hashlib

MASK = 2**64 - 1
M = 0xC6A4A7935BD1E995


def finalised(word):
    """MurmurHash3's 64-bit finaliser."""
    word = (word ^ word >> 33) * 0xFF51AFD7ED558CCD & MASK
    word = (word ^ word >> 33) * 0xC4CEB9FE1A85EC53 & MASK
    return word ^ word >> 33


def murmur64a(data, seed):
    """MurmurHash64A as Appleby published it."""
    found = seed ^ len(data) * M & MASK
    whole = len(data) // 8 * 8
    for at in range(0, whole, 8):
        word = int.from_bytes(data[at : at + 8], "little") * M & MASK
        word = (word ^ word >> 47) * M & MASK
        found = (found ^ word) * M & MASK
    if data[whole:]:
        found = (found ^ int.from_bytes(data[whole:], "little")) * M & MASK
    found = (found ^ found >> 47) * M & MASK
    return found ^ found >> 47


def listed(values, seed):
    """Ids, or the hashes of strings, in order, begun with their number."""
    found = finalised(len(values) ^ seed)
    for value in values:
        item = murmur64a(value.encode(), seed) if isinstance(value, str) else value
        found = finalised(found ^ item) + seed & MASK
    return found


def content_hash(fields):
    """The hash of an event's decoded fields, as an int64."""
    total = 0
    for name, value in fields.items():
        seed = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
        if isinstance(value, str):
            total += murmur64a(value.encode(), seed)
        else:
            total += listed(value, seed) if isinstance(value, list) else finalised(value ^ seed)
    return (total + 2**63) % 2**64 - 2**63

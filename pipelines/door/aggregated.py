"""Records of Kinesis: one may have many within, put together by Kinesis's producer library (KPL).

Such a record is its mark, a message of Protocol Buffers with the others in its field 3, each with its data in its own
field 3, and the message's MD5. What is another message is a record by itself, whatever its mark and MD5 say.
"""

import hashlib
from collections.abc import Iterator

MARK = b"\xf3\x89\x9a\xc2"
DIGEST = 16
RECORDS, DATA = 3, 3
"""The fields of the message that have the records, and of each of these that has its data."""
VARINT, EIGHT_BYTES, BYTES, FOUR_BYTES = 0, 1, 2, 5
"""How a field is written."""
SIZES = {EIGHT_BYTES: 8, FOUR_BYTES: 4}


class _OtherError(Exception):
    """Bytes are no such message."""


def within(data: bytes) -> list[bytes] | None:
    """The data of the records that were put together in one, None for a record that is one by itself."""
    message, digest = data[len(MARK) : -DIGEST], data[-DIGEST:]
    if not data.startswith(MARK) or hashlib.md5(message, usedforsecurity=False).digest() != digest:
        return None
    try:
        return [b"".join(_fields(record, DATA)) for record in _fields(message, RECORDS)]
    except _OtherError:
        return None


def _fields(message: bytes, wanted: int) -> Iterator[bytes]:
    """The bytes of each field of a number in a message. Raises _OtherError."""
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        size, at = _size(message, at, key & 7)
        if at + size > len(message) or (key >> 3 == wanted and key & 7 != BYTES):
            raise _OtherError
        if key >> 3 == wanted:
            yield message[at : at + size]
        at += size


def _size(message: bytes, at: int, kind: int) -> tuple[int, int]:
    """How many bytes a field has, and where they begin. Raises _OtherError."""
    if kind == BYTES:
        return _number(message, at)
    if kind == VARINT:
        return _number(message, at)[1] - at, at
    if kind not in SIZES:
        raise _OtherError
    return SIZES[kind], at


def _number(message: bytes, at: int) -> tuple[int, int]:
    """A number, seven bits a byte, the lowest first, and where it ends. Raises _OtherError."""
    number = shift = 0
    for place in range(at, len(message)):
        number |= (message[place] & 0x7F) << shift
        shift += 7
        if message[place] < 0x80:
            return number, place + 1
    raise _OtherError

"""Terms of the directory as keys, whose bytes are in the view's order: by term, then whose, then which name it is.

A key has no more of a term than LONGEST bytes: behind one that has so many stands the whole term as its value, and such
as begin alike are sorted as they are read.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Any

from pipelines.stores.base import Row

TERMS = b"\xff"
"""What such keys begin with."""
LONGEST = 480
FIELDS = ("first_name", "last_name", "username")
END, NUL = b"\x00\x00", b"\x00\xff"
"""What stands behind a term, and in it for the character of that number: an end comes before all else."""
_REST = Struct(">QB")


def entry_of(term: str, user_id: int, field: str) -> tuple[bytes, bytes]:
    """The key of a term, and its value."""
    written = _written(term)
    value = term.encode() if len(written) > LONGEST else b""
    return _begin(written) + END + _REST.pack(user_id, FIELDS.index(field)), value


def people(transaction: Any, prefix: str, limit: int) -> list[Row]:
    """The first rows whose terms begin with a prefix, in the view's order."""
    begin, found, last = _begin(_written(prefix)), list[Row](), b""
    with transaction.cursor() as cursor:
        more = cursor.set_range(begin)
        for key, value in _entries(cursor) if more else ():
            begins = key[: -_REST.size]
            if not key.startswith(begin) or (len(found) >= limit and begins != last):
                break
            row = _row(key, value)
            if row["term"].startswith(prefix):
                found.append(row)
                last = begins
    return sorted(found, key=lambda row: (row["term"], row["user_id"], row["field"]))[:limit]


def _entries(cursor: Any) -> Iterator[tuple[bytes, bytes]]:
    return ((bytes(key), bytes(value)) for key, value in cursor.iternext(keys=True, values=True))


def _written(term: str) -> bytes:
    """A term as keys have it."""
    return term.encode().replace(b"\x00", NUL)


def _begin(written: bytes) -> bytes:
    """What keys of a term have of it, in which no character of the number 0 is torn."""
    return TERMS + written[:LONGEST].removesuffix(b"\x00")


def _row(key: bytes, value: bytes) -> Row:
    user_id, field = _REST.unpack(key[-_REST.size :])
    term = value or key[len(TERMS) : -_REST.size - len(END)].replace(NUL, b"\x00")
    return {"term": term.decode(), "user_id": user_id, "field": FIELDS[field]}

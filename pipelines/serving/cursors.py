"""Cursors: where a page ended, by the values that order its rows, so that the next page is right in any release."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from datetime import datetime
from typing import Any

import msgspec

from pipelines.clock import micros, moment
from pipelines.errors import UsageError
from pipelines.stores.base import PAGED, Row
from pipelines.views import VIEWS

LONGEST = 400
MOST, LAST = 2**63 - 1, 253_402_300_799_999_999
"""The greatest id, and the last microsecond of the year 9999."""


class BadCursor(UsageError):
    """What is given as a cursor is none, or one of another page."""


def cursor_of(view: str, owner: int, row: Row) -> str:
    """The cursor of what stands behind a row of an owner."""
    values = [_plain(row[name.lstrip("-")]) for name in PAGED[view]]
    return urlsafe_b64encode(msgspec.msgpack.encode([VIEWS.index(view), owner, *values])).decode().rstrip("=")


def behind(view: str, owner: int, cursor: str | None) -> Row | None:
    """The columns of the row that a cursor names, None without one. Raises BadCursor."""
    if cursor is None:
        return None
    try:
        of, whose, *values = _decoded(cursor)
    except (ValueError, Error, TypeError, msgspec.DecodeError) as fault:
        raise BadCursor(f"cursor: expected what `next` of a page was, found {cursor[:LONGEST]!r}") from fault
    if (of, whose) != (VIEWS.index(view), owner) or len(values) != len(PAGED[view]):
        raise BadCursor(f"cursor: expected one of a page of {view} of {owner}, found one of another")
    return {name.lstrip("-"): _value(name.lstrip("-"), value) for name, value in zip(PAGED[view], values, strict=True)}


def _decoded(cursor: str) -> list[Any]:
    if len(cursor) > LONGEST:
        raise ValueError
    data = cursor.encode("ascii")
    found = msgspec.msgpack.decode(urlsafe_b64decode(data + b"=" * (-len(data) % 4)))
    if not isinstance(found, list):
        raise TypeError
    return found


def _plain(value: Any) -> Any:
    return micros(value) if isinstance(value, datetime) else value


def _value(name: str, value: Any) -> Any:
    """The value of a column as rows have it. Raises BadCursor."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if name == "kind":
        fits = isinstance(value, str)
    elif name.endswith("_at"):
        fits = is_number and 0 <= value <= LAST
    else:
        fits = value is None or (is_number and 0 < value <= MOST)
    if not fits:
        raise BadCursor(f"cursor: expected what `next` of a page was, found another {name} in it")
    return moment(value) if name.endswith("_at") else value

"""The order in which pages of a view give the rows of an owner."""

from collections.abc import Iterable
from datetime import datetime
from math import inf
from typing import Any

from pipelines.clock import micros
from pipelines.stores.base import PAGED, Row


def place_of(view: str, row: Row) -> tuple[Any, ...]:
    """Where a row stands among those of its owner: it is behind those with less."""
    return tuple(_value(row[name.lstrip("-")], falls=name.startswith("-")) for name in PAGED[view])


def ordered(view: str, rows: Iterable[Row], behind: Row | None = None) -> list[Row]:
    """The rows of an owner in their order, those behind a row."""
    found = sorted(rows, key=lambda row: place_of(view, row))
    if behind is None:
        return found
    last = place_of(view, behind)
    return [row for row in found if place_of(view, row) > last]


def _value(value: Any, *, falls: bool) -> Any:
    """What compares as a value does, or the other way round; only numbers and times fall."""
    if value is None:
        return inf if falls else -inf
    number = micros(value) if isinstance(value, datetime) else value
    return -number if falls else number

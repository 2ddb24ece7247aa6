"""Columns as they are packed: what a value is as a number in a row, or in MessagePack, and the other way."""

from bisect import bisect_left
from collections.abc import Callable
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import Bools, arrow, arrow_where, flags, int64s, or_zero, strings
from pipelines.clock import micros, moment
from pipelines.stores.base import StoreError
from pipelines.tables import ARROW_TYPES

WIDTHS = {"bigint": "q", "timestamp": "q", "int": "i", "boolean": "?", "few": "B"}
"""By the type of a column how a value lies in a row, in the letters of `struct`."""


class Packed(NamedTuple):
    """A column as it is kept: its type is a key of ARROW_TYPES, or `few`, of these strings."""

    name: str
    type: str
    nullable: bool
    strings: tuple[str, ...] = ()


def numbers(column: Packed, values: pa.ChunkedArray) -> npt.NDArray[Any]:
    """The values of a column as they lie in rows; null is 0, which no id is."""
    if column.type == "few":
        found = values.combine_chunks().dictionary_encode()
        codes = {text: number for number, text in enumerate(column.strings)}
        named = found.dictionary.to_pylist()
        if unknown := [text for text in named if text not in codes]:
            raise StoreError(f"{column.name}: expected one of {', '.join(column.strings)}, found {unknown[0]!r}")
        numbers = np.array([codes[text] for text in named], np.uint8)
        return numbers[int64s(found.indices.cast(pa.int64()))] if len(numbers) else np.empty(0, np.uint8)
    return or_zero(values.cast(pa.int64()))


def column_of(column: Packed, packed: npt.NDArray[Any]) -> pa.Array:
    """The values of a column of rows."""
    numbers = np.ascontiguousarray(packed[column.name])
    if column.type == "few":
        return strings(column.strings).take(arrow(numbers, pa.uint8()))
    if column.type == "boolean":
        return flags(numbers)
    kind = ARROW_TYPES[column.type]
    return arrow_where(numbers != 0, numbers, kind) if column.nullable else arrow(numbers, kind)


def reader_of(column: Packed) -> Callable[[Any], Any] | None:
    """What makes of a number in a row what is meant, None where it is meant itself."""
    if column.type == "few":
        return column.strings.__getitem__
    if column.type == "timestamp":
        return (lambda time: moment(time) if time else None) if column.nullable else moment
    return (lambda number: number or None) if column.nullable else None


def number_of(column: Packed, value: Any) -> float:
    """The number of a value in a row; of a string that is not known, one between those of its neighbours."""
    if column.type == "few":
        at = bisect_left(column.strings, value)
        return at if value in column.strings else at - 0.5
    if column.type == "timestamp":
        return 0 if value is None else micros(value)
    return int(value or 0)


def plain(column: Packed, values: pa.ChunkedArray) -> list[Any]:
    """The values of a column as MessagePack has them: times in microseconds."""
    found: list[Any] = (values.cast(pa.int64()) if column.type == "timestamp" else values).to_pylist()
    return found


def array_of(column: Packed, values: list[Any]) -> pa.Array:
    """The values of a column."""
    given = np.fromiter((value is not None for value in values), np.bool_, len(values))
    kind = ARROW_TYPES[column.type]
    if column.type == "string":
        return _with_nulls(strings([value or "" for value in values]), given)
    if pa.types.is_list(kind):
        items = strings(list(chain.from_iterable(value or () for value in values)))
        ends = np.cumsum([0, *(len(value or ()) for value in values)], dtype=np.int32)
        return pa.Array.from_buffers(
            kind, len(values), [flags(given).buffers()[1], pa.py_buffer(ends)], children=[items]
        )
    if column.type == "boolean":
        return _with_nulls(flags(np.array([bool(value) for value in values], np.bool_)), given)
    return arrow_where(given, np.array([value or 0 for value in values], np.int64), kind)


def _with_nulls(values: pa.Array, given: Bools) -> pa.Array:
    """The values, null where none is given."""
    return pa.Array.from_buffers(values.type, len(values), [flags(given).buffers()[1], *values.buffers()[1:]])

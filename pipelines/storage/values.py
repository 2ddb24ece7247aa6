"""Arrow values of any type as JSON has them, exact and without a fault.

Times and dates are in ISO 8601, with Z where they are in UTC; intervals in words that SQL reads back; bytes in
hexadecimal digits; decimals as texts; NaN and the infinities as "NaN", "Infinity" and "-Infinity".
"""

import re
from collections.abc import Callable, Iterable
from itertools import count, islice, pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from pipelines.storage.intervals import duration_in_words, in_words

NANOSECONDS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
UTC = frozenset({"UTC", "Z", "+00:00", "Etc/UTC"})
NO_NUMBERS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
EMPTY_FRACTION = re.compile(r"\.0+(?=$|[+-])")
OFFSET = re.compile(r"(?<=:\d\d)([.\d]*[+-]\d\d)(\d\d)$")
OUT_OF_RANGE = "<"
"""How Arrow begins what it writes of a time that it cannot write."""


def plain(column: pa.Array) -> list[Any]:
    """The values of a column as None, booleans, numbers, texts, lists and dicts."""
    for is_such, convert in CONVERSIONS:
        if is_such(column.type):
            return convert(column)
    return [None if value is None else str(value) for value in column.to_pylist()]


def distinct(names: Iterable[str]) -> list[str]:
    """The names, each once: what comes again gets the first number that no other has, as in `id`, `id_1`."""
    given = list(names)
    found: dict[str, None] = {}
    for name in given:
        numbered = (f"{name}_{number}" for number in count(1))
        found[name if name not in found else next(one for one in numbered if one not in {*given, *found})] = None
    return list(found)


def _as_they_are(column: pa.Array) -> list[Any]:
    return list(column.to_pylist())


def _floats(column: pa.Array) -> list[Any]:
    """Of a narrow number the shortest that is read as the same."""
    if column.type == pa.float64():
        return [
            value if value is None or value - value == 0 else NO_NUMBERS[str(value)] for value in column.to_pylist()
        ]
    texts = column.cast(pa.string()).to_pylist()
    return [None if text is None else NO_NUMBERS.get(text) or float(text) for text in texts]


def _decimals(column: pa.Array) -> list[Any]:
    return [None if value is None else format(value, "f") for value in column.to_pylist()]


def _bytes(column: pa.Array) -> list[Any]:
    return [None if value is None else value.hex() for value in column.to_pylist()]


def _times(column: pa.Array) -> list[Any]:
    zone = getattr(column.type, "tz", None)
    column = column.cast(pa.timestamp(column.type.unit)) if zone in UTC else column
    texts = column.cast(pa.string()).to_pylist()
    if any(text is not None and text.startswith(OUT_OF_RANGE) for text in texts):
        return _far_times(column)
    ending = "Z" if zone in UTC else ""
    return [None if text is None else _iso(text) + ending for text in texts]


def _iso(text: str) -> str:
    return OFFSET.sub(r"\1:\2", EMPTY_FRACTION.sub("", text).replace(" ", "T"))


def _far_times(column: pa.Array) -> list[Any]:
    """Times of which some are some hundred thousand years away; with a zone, in UTC."""
    import numpy as np

    ending = "Z" if getattr(column.type, "tz", None) else ""
    texts = np.datetime_as_string(column.to_numpy(zero_copy_only=False)).tolist()
    return [text + ending if valid else None for text, valid in zip(texts, column.is_valid().to_pylist(), strict=True)]


def _durations(column: pa.Array) -> list[Any]:
    scale = NANOSECONDS[column.type.unit]
    numbers = column.cast(pa.int64()).to_pylist()
    return [None if number is None else duration_in_words(number * scale) for number in numbers]


def _intervals(column: pa.Array) -> list[Any]:
    return [None if value is None else in_words(*value) for value in column.to_pylist()]


def _lists(column: pa.Array) -> list[Any]:
    items = iter(plain(column.flatten()))
    lengths = pc.list_value_length(column).to_pylist()
    return [None if length is None else list(islice(items, length)) for length in lengths]


def _maps(column: pa.Array) -> list[Any]:
    keys = [key if isinstance(key, str) else str(key) for key in plain(column.keys)]
    items = plain(column.items)
    pairs = pairwise(column.offsets.to_pylist())
    valid = column.is_valid().to_pylist()
    return [
        dict(zip(keys[a:b], items[a:b], strict=True)) if v else None for v, (a, b) in zip(valid, pairs, strict=True)
    ]


def _structs(column: pa.Array) -> list[Any]:
    names = distinct(field.name for field in column.type)
    rows = zip(*map(plain, column.flatten()), strict=True)
    valid = column.is_valid().to_pylist()
    return [dict(zip(names, row, strict=True)) if v else None for v, row in zip(valid, rows, strict=True)]


def _is_binary(kind: pa.DataType) -> bool:
    tests = (types.is_binary, types.is_large_binary, types.is_binary_view, types.is_fixed_size_binary)
    return any(is_such(kind) for is_such in tests)


def _is_list(kind: pa.DataType) -> bool:
    tests = (types.is_list, types.is_large_list, types.is_fixed_size_list, types.is_list_view, types.is_large_list_view)
    return any(is_such(kind) for is_such in tests)


def is_text(kind: pa.DataType) -> bool:
    """Whether values are texts of any length, rather than numbers, times or the like."""
    tests = (types.is_string, types.is_large_string, types.is_string_view)
    return any(is_such(kind) for is_such in tests)


CONVERSIONS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], list[Any]]], ...] = (
    (is_text, _as_they_are),
    (types.is_integer, _as_they_are),
    (types.is_boolean, _as_they_are),
    (types.is_null, _as_they_are),
    (types.is_floating, _floats),
    (types.is_decimal, _decimals),
    (_is_binary, _bytes),
    (types.is_duration, _durations),
    (types.is_interval, _intervals),
    (types.is_temporal, _times),
    (types.is_map, _maps),
    (types.is_struct, _structs),
    (_is_list, _lists),
    (types.is_dictionary, lambda column: plain(column.dictionary_decode())),
    (types.is_run_end_encoded, lambda column: plain(pc.run_end_decode(column))),
)

"""The filled columns of a block as an Arrow table, which shares their memory."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.compiled import compiled
from pipelines.door.columns import Columns
from pipelines.door.layout import FIELDS, NUMBER, STORED_AS, TEXT, TYPE, TYPES, kept_as, kind_of
from pipelines.door.machine import Bytes, Int64s
from pipelines.events.contract import Field
from pipelines.events.log import CONTENT_HASH, GIVEN
from pipelines.tables import ARROW_TYPES, Table

EVENTS = Table("events", (*GIVEN, CONTENT_HASH), key=("event_id",), description="Decoded events, as given.")


def _column(arrow: pa.DataType, values: npt.NDArray[np.generic], validity: pa.Buffer | None = None) -> pa.Array:
    """An array of numbers; unlike `pa.array`, this does not import pandas."""
    return pa.Array.from_buffers(arrow, len(values), [validity, pa.py_buffer(values)])


def _type_names() -> pa.Array:
    """The names of the event types, by number."""
    names = [event.name.encode() for event in TYPES]
    ends = np.cumsum([0, *map(len, names)]).astype(np.int32)
    return pa.Array.from_buffers(pa.string(), len(names), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(names))])


TYPE_NAMES = _type_names()


@compiled
def mark(given: Int64s, rows: int, field: int, into: Bytes) -> int:
    """How many of the first rows have no such field; the bits of those that have it are set."""
    missing = 0
    for row in range(rows):
        bit = (given[row] >> field) & 1
        into[row >> 3] |= bit << (row & 7)
        missing += 1 - bit
    return missing


def _validity(columns: Columns, rows: int, field: int) -> tuple[pa.Buffer | None, int]:
    """Which rows have the field, unless all have, and how many have not."""
    bits = np.zeros((rows + 7) // 8, np.uint8)
    missing = mark(columns.given, rows, field, bits)
    return (pa.py_buffer(bits) if missing else None), missing


def _array(columns: Columns, rows: int, number: int, field: Field) -> pa.Array:
    """One field's column."""
    kind, arrow = kind_of(field), ARROW_TYPES[field.type]
    if kind == TYPE:
        return TYPE_NAMES.take(_column(pa.int32(), columns.types[:rows]))
    storage = STORED_AS[kind]
    place = kept_as(storage).index(field)
    validity, missing = _validity(columns, rows, number)
    if storage == NUMBER:
        values = columns.numbers[place, :rows]
        return _column(arrow, values.astype(np.int32) if arrow == pa.int32() else values, validity)
    ends = (columns.text_ends if storage == TEXT else columns.ids_ends)[place, : rows + 1]
    if storage == TEXT:
        base = place * columns.text_room
        texts = columns.texts[base : base + ends[-1]]
        return pa.Array.from_buffers(arrow, rows, [validity, pa.py_buffer(ends), pa.py_buffer(texts)], missing)
    base = place * columns.ids_room
    ids = _column(pa.int64(), columns.ids[base : base + ends[-1]])
    return pa.Array.from_buffers(arrow, rows, [validity, pa.py_buffer(ends)], missing, children=[ids])


def events_of(columns: Columns, rows: int) -> pa.Table:
    """The first rows as a table of the given fields and the content's hash."""
    arrays = [_array(columns, rows, number, field) for number, field in enumerate(FIELDS)]
    return pa.Table.from_arrays([*arrays, _column(pa.int64(), columns.hashes[:rows])], schema=EVENTS.arrow)

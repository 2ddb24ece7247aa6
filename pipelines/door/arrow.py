"""The filled columns of a block as an Arrow table, which shares their memory."""

import numpy as np
import pyarrow as pa

from pipelines.arrays import arrow, strings
from pipelines.compiled import compiled
from pipelines.door.columns import Columns
from pipelines.door.layout import FIELDS, LIST, NUMBERS, TEXT, TYPES, WITH_ITEMS, WITH_TEXT, kind_of
from pipelines.events.contract import Field
from pipelines.events.log import CONTENT_HASH, GIVEN
from pipelines.machine import Bytes, Int64s
from pipelines.tables import ARROW_TYPES

TYPE = "event_type"
BY_NUMBER = pa.dictionary(pa.int32(), pa.string())


def by_number(schema: pa.Schema) -> pa.Schema:
    """The schema with event types by number."""
    return schema.set(schema.get_field_index(TYPE), pa.field(TYPE, BY_NUMBER))


EVENTS = by_number(pa.schema([(column.name, ARROW_TYPES[column.type]) for column in (*GIVEN, CONTENT_HASH)]))
"""The columns of decoded events."""


TYPE_NAMES = strings([event.name for event in TYPES])
"""The names of the event types, by number."""


def column_of_type(name: str, rows: int) -> pa.Array:
    """The types of so many events, all of one type."""
    number = [event.name for event in TYPES].index(name)
    return pa.DictionaryArray.from_arrays(arrow(np.full(rows, number, np.int32), pa.int32()), TYPE_NAMES)


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
    kind, arrow_type = kind_of(field), ARROW_TYPES[field.type]
    if field.name == TYPE:
        return pa.DictionaryArray.from_arrays(arrow(columns.types[:rows], pa.int32()), TYPE_NAMES)
    validity, missing = _validity(columns, rows, number)
    if missing == rows:
        return pa.nulls(rows, arrow_type)
    if field in NUMBERS:
        values = columns.numbers[NUMBERS.index(field), :rows]
        return arrow(values.astype(np.int32) if arrow_type == pa.int32() else values, arrow_type, validity)
    if kind == TEXT:
        ends = columns.text_ends[WITH_TEXT.index(field), : rows + 1]
        return pa.Array.from_buffers(
            arrow_type, rows, [validity, pa.py_buffer(ends), _texts(columns, rows, field)], missing
        )
    place = WITH_ITEMS.index(field)
    ends = columns.item_ends[place, : rows + 1]
    items = columns.items[place * columns.item_size :][: ends[-1]]
    listed = arrow(items, pa.int64()) if kind == LIST else _strings(items, _texts(columns, rows, field))
    return pa.Array.from_buffers(arrow_type, rows, [validity, pa.py_buffer(ends)], missing, children=[listed])


def _texts(columns: Columns, rows: int, field: Field) -> pa.Buffer:
    """The texts of a field, one after the other."""
    place = WITH_TEXT.index(field)
    return pa.py_buffer(columns.texts[place * columns.text_size :][: columns.text_ends[place, rows]])


def _strings(ends: Int64s, texts: pa.Buffer) -> pa.Array:
    """The strings that end at these places of their texts."""
    bounds = np.append(0, ends).astype(np.int32)
    return pa.Array.from_buffers(pa.string(), len(ends), [None, pa.py_buffer(bounds), texts])


def events_of(columns: Columns, rows: int) -> pa.Table:
    """The first rows as a table of the given fields and the content's hash."""
    arrays = [_array(columns, rows, number, field) for number, field in enumerate(FIELDS)]
    return pa.Table.from_arrays([*arrays, arrow(columns.hashes[:rows], pa.int64())], schema=EVENTS)

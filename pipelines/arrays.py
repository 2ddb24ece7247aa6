"""Arrow's and NumPy's arrays of numbers, sharing their memory; unlike Arrow's own ways, these do not import pandas."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def int64s(values: pa.Array | pa.ChunkedArray) -> Int64s:
    """Ids or times (microseconds), in which nothing is null."""
    found: Int64s = _fixed(values, np.int64)
    return found


def or_zero(values: pa.Array | pa.ChunkedArray) -> Int64s:
    """Ids or times (microseconds), 0 where one is null."""
    if not values.null_count:
        return int64s(values)
    array = pa.concat_arrays(values.chunks) if isinstance(values, pa.ChunkedArray) else values
    found: Int64s = fixed_values(array) * bools(array.is_valid())
    return found


def fixed_values(values: pa.Array) -> npt.NDArray[Any]:
    """Numbers or times as they lie in memory; what stands where one is null says nothing."""
    data, kind = values.buffers()[1], np.dtype(f"i{values.type.bit_width // 8}")
    return np.frombuffer(data, kind, len(values), values.offset * kind.itemsize)


def bools(values: pa.Array | pa.ChunkedArray) -> Bools:
    """Truth values, in which nothing is null."""
    found: Bools = _fixed(values.cast(pa.uint8()), np.bool_)
    return found


def _fixed(values: pa.Array | pa.ChunkedArray, kind: Any) -> Any:
    """The values, each of which has the width of the kind."""
    array = pa.concat_arrays(values.chunks) if isinstance(values, pa.ChunkedArray) and values.num_chunks > 1 else values
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.nulls(0, array.type)
    if array.null_count:
        raise ValueError(f"expected no null, found {array.null_count}")
    data = array.buffers()[1]
    return np.frombuffer(data, kind, len(array), array.offset * np.dtype(kind).itemsize) if data else np.empty(0, kind)


def arrow(values: npt.NDArray[np.generic], kind: pa.DataType, validity: pa.Buffer | None = None) -> pa.Array:
    """An array of numbers of a kind that is as wide as the values, none of them null unless the validity says so."""
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(np.ascontiguousarray(values))])


def arrow_where(given: Bools, values: npt.NDArray[np.generic], kind: pa.DataType) -> pa.Array:
    """An array of numbers of a kind that is as wide as the values, null where none is given."""
    return arrow(values, kind, flags(given).buffers()[1])


def flags(values: Bools) -> pa.Array:
    """An array of truth values."""
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(np.packbits(values, bitorder="little"))])


def strings(values: Sequence[str]) -> pa.Array:
    """An array of strings."""
    texts = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), len(texts), [None, *map(pa.py_buffer, (ends, b"".join(texts)))])


def repeated(text: str, times: int) -> pa.Array:
    """A string, so many times."""
    return pa.repeat(strings([text])[0], times)


def is_text(values: pa.Array | pa.ChunkedArray, text: str) -> Any:
    """Where the strings are a text, as an array of truth values; null where they are."""
    return pc.equal(values, strings([text])[0])


def empty(length: int, kind: Any) -> Any:
    """An array, not yet written, in memory of Arrow's pool, which gives what was freed again: new memory is dear."""
    return np.frombuffer(pa.allocate_buffer(length * np.dtype(kind).itemsize), kind)


def no_rows(schema: pa.Schema) -> pa.Table:
    """A table of a schema, without rows; where there are none, arrays have no memory either."""
    return pa.table([pa.concat_arrays([pa.nulls(0, field.type)]) for field in schema], schema)


def with_columns(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows with these columns, which are null where the rows lack them."""
    found = [rows[f.name] if f.name in rows.schema.names else pa.nulls(rows.num_rows, f.type) for f in schema]
    return pa.table(found, schema)


def with_column(rows: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    """The rows with other values in a column that they have."""
    at = rows.schema.get_field_index(name)
    return rows.set_column(at, rows.schema.field(at), values)

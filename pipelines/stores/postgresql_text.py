"""Rows as the text that PostgreSQL copies, and its texts as they were.

U+0000, which it refuses, is kept as U+0001 U+0001, and so that this means nothing else, U+0001 as U+0001 U+0002. The
order of texts stays, and what begins with what.
"""

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from pipelines.tables import ARROW_TYPES, Table

ROWS = 16 * 1024
"""How many rows are sent at a time."""
ESCAPES = (("\x01", "\x01\x02"), ("\x00", "\x01\x01"))
COPIED = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))
QUOTED = (("\\", "\\\\"), ('"', '\\"'))
NULL = "\\N"
TEXT = pa.large_string()
ESCAPED = tuple((escape, text) for text, escape in ESCAPES)
_READ = {"timestamp": pa.int64(), "array<string>": pa.string()}
"""How columns are read of which the type is another."""


def kept(text: str) -> str:
    """A text as PostgreSQL keeps it."""
    return text.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01")


def exact(value: Any) -> Any:
    """A value as it was, of what PostgreSQL kept."""
    if isinstance(value, list):
        return [exact(one) for one in value]
    if not isinstance(value, str) or "\x01" not in value:
        return value
    return value.replace("\x01\x01", "\x00").replace("\x01\x02", "\x01")


def copied(rows: pa.Table) -> Iterator[bytes]:
    """The rows as text for COPY, in pieces."""
    for batch in rows.to_batches(max_chunksize=ROWS):
        if len(batch):
            yield _lines([_text(column) for column in batch.columns])


def _lines(columns: list[pa.Array]) -> bytes:
    """A line for each row, of columns without nulls."""
    lines = _joined(*columns, "\t") if len(columns) > 1 else columns[0]
    found = _joined(lines, "", "\n")
    _, _, data = found.buffers()
    return bytes(memoryview(data))


def _text(column: pa.Array) -> pa.Array:
    """The values of a column, as a line has them."""
    if pa.types.is_list(column.type):
        texts = _replaced(_array(column), COPIED)
    elif pa.types.is_string(column.type):
        texts = _replaced(_replaced(column.cast(TEXT), ESCAPES), COPIED)
    else:
        texts = column.cast(TEXT)
    return pc.fill_null(texts, NULL)


def _array(column: pa.Array) -> pa.Array:
    """Lists of texts as PostgreSQL writes arrays; null where a list is."""
    words = _replaced(_replaced(column.flatten().cast(TEXT), ESCAPES), QUOTED)
    offsets = column.value_lengths()
    quoted = _joined("", words, "", '"')
    lists = pa.LargeListArray.from_arrays(_starts(pc.fill_null(offsets, 0)), quoted)
    found = _joined("{", pc.binary_join(lists, pa.scalar(",", TEXT)), "}", "")
    return pc.if_else(column.is_valid(), found, pa.scalar(None, TEXT))


def _starts(lengths: pa.Array) -> pa.Array:
    """Where each list begins, and where the last one ends."""
    return pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(lengths.cast(pa.int64()))])


def _joined(*columns: Any) -> pa.Array:
    """The texts of columns, row by row, joined by the last one."""
    return pc.binary_join_element_wise(*(pa.scalar(one, TEXT) if isinstance(one, str) else one for one in columns))


def _replaced(texts: pa.Array, pairs: tuple[tuple[str, str], ...]) -> pa.Array:
    """Texts with one thing after another replaced."""
    for pattern, replacement in pairs:
        if pc.any(pc.match_substring(texts, pattern)).as_py():
            texts = pc.replace_substring(texts, pattern, replacement)
    return texts


def uncopied(data: bytes, table: Table) -> pa.Table:
    """Rows as they were of lines of CSV, in which times are in microseconds and lists are JSON."""
    types = {one.name: _READ.get(one.type, ARROW_TYPES[one.type]) for one in table.columns}
    found = csv.read_csv(
        pa.BufferReader(data),
        csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=list(table.names)),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return pa.table([_exactly(found[one.name], one.type) for one in table.columns], table.arrow)


def _exactly(column: pa.ChunkedArray, kind: str) -> pa.ChunkedArray:
    """The values of a column as they were."""
    if kind == "array<string>":
        lists = [None if value is None else exact(json.loads(value)) for value in column.to_pylist()]
        return pa.chunked_array([pa.array(lists, ARROW_TYPES[kind])])
    if kind != "string":
        return column.cast(ARROW_TYPES[kind])
    return _replaced(_replaced(column, ESCAPED[1:]), ESCAPED[:1])

"""Exports: a view of a release as one file, in the view's order."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from pipelines.errors import UsageError
from pipelines.reading.reader import Reader
from pipelines.storage import ids, places
from pipelines.storage.replacing import replacing
from pipelines.views import load_views

Write = Callable[[IO[bytes], pa.Schema, Iterator[pa.RecordBatch]], None]


def export_view(reader: Reader, view: str, place: str, *, ids_as_strings: bool = False) -> int:
    """Write a view to a file by its suffix; how many rows. Raises UsageError, UnknownView, PlaceError.

    A file that is there is replaced once the new one is whole. Ids are strings only where JSON lines are written.
    """
    format_of(place)
    reader.place(view)
    table = load_views()[view].table
    sql = f"SELECT {', '.join(table.names)} FROM {view} ORDER BY {table.order_by}"  # noqa: S608 (names are declared, none is given)
    batches = (batch.cast(table.arrow) for batch in reader.result(sql, view).batches)
    return write_rows(place, table.arrow, batches, ids_as_strings=ids_as_strings)


def write_rows(
    place: str, schema: pa.Schema, batches: Iterator[pa.RecordBatch], *, ids_as_strings: bool = False
) -> int:
    """Write rows of a schema to a file by its suffix; how many. Raises UsageError, PlaceError."""
    suffix, counted = format_of(place), _Counted(batches)
    write = partial(_jsonl, ids_as_strings=True) if ids_as_strings and suffix == "jsonl" else WRITERS[suffix]
    with replacing(places.absolute(place)) as file:
        write(file, schema, counted)
    return counted.rows


def format_of(place: str) -> str:
    """The suffix that says how a file is written. Raises UsageError."""
    suffix = place.rsplit(".", 1)[-1].lower()
    if suffix not in WRITERS:
        raise UsageError(f"FILE: expected a name that ends in .{', .'.join(WRITERS)}, found {place!r}")
    return suffix


class _Counted:
    """The batches, and how many rows they had."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self.rows = 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self._batches:
            self.rows += batch.num_rows
            yield batch

    def __next__(self) -> pa.RecordBatch:
        return next(iter(self))


def _parquet(file: IO[bytes], schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def _csv(file: IO[bytes], schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    """Times in ISO 8601 with Z, lists as JSON."""
    texts = _texts(pa.RecordBatch.from_pylist([], schema), lists=True).schema
    with pyarrow.csv.CSVWriter(file, texts) as writer:
        for batch in batches:
            writer.write_batch(_texts(batch, lists=True))


def _jsonl(file: IO[bytes], _: pa.Schema, batches: Iterator[pa.RecordBatch], *, ids_as_strings: bool = False) -> None:
    """One object a line, times in ISO 8601 with Z."""
    for batch in batches:
        for row in _texts(batch, lists=False).to_pylist():
            facts = ids.as_strings(row) if ids_as_strings else row
            file.write(json.dumps(facts, ensure_ascii=False, default=str).encode() + b"\n")


def _texts(batch: pa.RecordBatch, *, lists: bool) -> pa.RecordBatch:
    """The batch with times as text, and lists too when asked for."""
    columns = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_timestamp(column.type):
            columns[name] = pc.strftime(column, "%Y-%m-%dT%H:%M:%SZ")
        elif lists and pa.types.is_list(column.type):
            values = [None if value is None else json.dumps(value, ensure_ascii=False) for value in column.to_pylist()]
            columns[name] = pa.array(values, pa.string())
        else:
            columns[name] = column
    return pa.RecordBatch.from_pydict(columns)


WRITERS: dict[str, Write] = {"parquet": _parquet, "csv": _csv, "jsonl": _jsonl}

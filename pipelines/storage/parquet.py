"""Parquet files as they are read here: the footer is what was written, and so is each page that is read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.storage import places
from pipelines.storage.checksums import damaged, open_verified

PLAIN = {
    pa.string_view(): pa.string(),
    pa.large_string(): pa.string(),
    pa.binary_view(): pa.binary(),
    pa.large_binary(): pa.binary(),
}


@contextmanager
def decoding(place: str) -> Iterator[None]:
    """Tell of a data file of which Arrow cannot make sense as a DamagedFile, on one line."""
    try:
        yield
    except (OSError, ValueError, MemoryError, pa.ArrowException) as fault:
        raise damaged(place, " ".join(str(fault).split())) from fault


def open_file(place: str, **options: Any) -> pq.ParquetFile:
    """A data file to be read; it is closed with `close(force=True)`. Raises DamagedFile, PlaceError."""
    file: Any = open_verified(place)
    if not places.is_url(place):  # which Arrow reads better itself
        file.close()
        file = place
    with decoding(place):
        return pq.ParquetFile(file, page_checksum_verification=True, **options)


@contextmanager
def opened(place: str, **options: Any) -> Iterator[pq.ParquetFile]:
    """As `open_file`, closed at the end."""
    file = open_file(place, **options)
    try:
        yield file
    finally:
        file.close(force=True)


def statistics(file: pq.ParquetFile, group: int, column: str) -> Any:
    """What the footer says of a plain column's values in a row group, None where it says nothing.

    Columns are numbered by the schema as Arrow has it: `metadata` and its own one refer to each other, so that a footer
    would stay until Python looks for such circles, to which many megabytes of it are but a few objects.
    """
    return file.metadata.row_group(group).column(file.schema_arrow.get_field_index(column)).statistics


def rows(
    place: str,
    file: pq.ParquetFile,
    columns: Sequence[str] | None,
    groups: Sequence[int] | None = None,
    *,
    use_threads: bool = False,
) -> pa.Table:
    """The named columns, or all, of some row groups, or all, of a file that was opened. Raises DamagedFile."""
    chosen = range(file.num_row_groups) if groups is None else groups
    with decoding(place):
        found = file.read_row_groups(chosen, columns, use_threads=use_threads)
    _require_rows(place, sum(file.metadata.row_group(group).num_rows for group in chosen), found.num_rows)
    return found.cast(schema) if (schema := _plain(found.schema)) != found.schema else found


def batches(
    place: str, file: pq.ParquetFile, columns: Sequence[str], group: int, size: int
) -> Iterator[pa.RecordBatch]:
    """The named columns of a row group, so many rows at a time; at the end DamagedFile if they are not all."""
    found = 0
    with decoding(place):
        for batch in file.iter_batches(size, [group], columns):
            found += batch.num_rows
            yield batch.cast(_plain(batch.schema))
    _require_rows(place, file.metadata.row_group(group).num_rows, found)


def _plain(schema: pa.Schema) -> pa.Schema:
    """The schema with texts and bytes as we write them: other tools, where they rewrite rows, use views of them."""
    return pa.schema([field.with_type(_plain_type(field.type)) for field in schema])


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_plain_type(kind.value_type)))
    return PLAIN.get(kind, kind)


def _require_rows(place: str, expected: int, found: int) -> None:
    if expected != found:
        raise damaged(place, f"expected {expected} rows, found {found}")

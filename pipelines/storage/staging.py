"""Stages: Arrow files that only the command that writes them reads, mapped into memory where they are local."""

from collections.abc import Iterable, Iterator
from os import SEEK_END
from typing import IO, Any

import pyarrow as pa
import pyarrow.ipc

from pipelines.arrays import no_rows, with_columns
from pipelines.storage import places


def write_stage(place: str, tables: Iterable[pa.Table]) -> None:
    """Write tables, whose columns may differ, to a new stage, in a folder that is there."""
    with places.writing(place) as file:
        for rows in tables:
            write_table(file, rows)


def write_table(file: IO[bytes], rows: pa.Table) -> int:
    """Write a table behind what is in a file; the byte at which it begins."""
    start = file.tell()
    with pa.ipc.new_stream(file, rows.schema) as stage:
        stage.write_table(rows)
    return start


def read_tables(place: str, starts: Iterable[int]) -> Iterator[pa.Table]:
    """The tables that begin at these bytes of a file."""
    if not places.is_url(place):
        yield from _tables_at(pa.memory_map(place), starts)
        return
    with places.reading(place) as file:
        yield from _tables_at(file, starts)


def _tables_at(file: Any, starts: Iterable[int]) -> Iterator[pa.Table]:
    for start in starts:
        file.seek(start)
        yield pa.ipc.open_stream(file).read_all()


def tables_in(place: str) -> Iterator[pa.Table]:
    """The tables of a stage, one after another."""
    if not places.is_url(place):
        yield from _tables(pa.memory_map(place))
        return
    with places.reading(place) as file:
        yield from _tables(file)


def _tables(file: Any) -> Iterator[pa.Table]:
    end = file.seek(0, SEEK_END)
    file.seek(0)
    while file.tell() < end:
        yield pa.ipc.open_stream(file).read_all()


def read_stage(place: str, schema: pa.Schema) -> pa.Table:
    """All rows of a stage with these columns, which are null where its tables lack them."""
    return pa.concat_tables(with_columns(rows, schema) for rows in [*tables_in(place), no_rows(schema)])

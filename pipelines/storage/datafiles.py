"""Data files: Parquet, one bucket each, sorted; what is known of them, and their rows as they are read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.hashing import content_hash
from pipelines.ranges import GREATEST, LEAST
from pipelines.storage import parquet

AT_ONCE = 8 * 1024 * 1024
"""How many bytes are read at once where a file is read piece by piece."""
CONTENT_HASH = "content_hash"
"""Under which name a file's footer says the hash of its rows."""


@dataclass(frozen=True)
class DataFile:
    """A Parquet file below its table's place, not yet committed."""

    path: str
    bucket: int
    size: int
    rows: int
    content_hash: int
    stats: str
    first: int = LEAST
    last: int = GREATEST


class Content(NamedTuple):
    """How many rows there are, and the hash of them all."""

    rows: int
    hash: int


NO_ROWS = Content(0, 0)


def total(some: Iterable[Content]) -> Content:
    """What all have together."""
    return Content(*(sum(each) for each in zip(NO_ROWS, *some, strict=True)))


def read(place: str, columns: list[str] | None, groups: Sequence[int] | None = None) -> pa.Table:
    """The named columns, or all, of one data file, or of some of its row groups. Raises DamagedFile, PlaceError."""
    with parquet.opened(place) as file:
        return parquet.rows(place, file, columns, groups, use_threads=True)


def by_group(place: str, columns: list[str]) -> Iterator[pa.Table]:
    """The named columns of each row group of one data file. Raises DamagedFile, PlaceError."""
    with parquet.opened(place) as file:
        for group in range(file.num_row_groups):
            yield parquet.rows(place, file, columns, [group])


def batches(place: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """The named columns of one data file, in order, so many rows at a time that these take some megabytes at most.

    A row that takes more comes alone. Raises DamagedFile, PlaceError.
    """
    with parquet.opened(place, buffer_size=AT_ONCE) as file:
        wanted = [number for number, name in enumerate(file.schema_arrow.names) if name in columns]
        for group in range(file.num_row_groups):
            about = file.metadata.row_group(group)
            size = sum(about.column(number).total_uncompressed_size for number in wanted)
            rows = max(1, min(about.num_rows, about.num_rows * AT_ONCE // max(1, size)))
            yield from parquet.batches(place, file, columns, group, rows)


def content(place: str) -> Content:
    """How many rows one data file has, and their hash, for which those of older versions must be read.

    Raises DamagedFile, PlaceError.
    """
    with parquet.opened(place) as file:
        return _content(place, file)


def with_content(place: str, columns: list[str]) -> tuple[pa.Table, Content]:
    """The named columns of one data file, which is opened once, and its content. Raises DamagedFile, PlaceError."""
    with parquet.opened(place) as file:
        return parquet.rows(place, file, columns, use_threads=True), _content(place, file)


def _content(place: str, file: pq.ParquetFile) -> Content:
    said = (file.metadata.metadata or {}).get(CONTENT_HASH.encode())
    if said is not None:
        return Content(int(file.metadata.num_rows), int(said))
    rows = parquet.rows(place, file, None, use_threads=True)
    return Content(rows.num_rows, sum(map(content_hash, rows.to_batches())))


def count(place: str) -> int:
    """How many rows a data file has. Raises DamagedFile, PlaceError."""
    with parquet.opened(place) as file:
        return int(file.metadata.num_rows)

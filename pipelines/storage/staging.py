"""Stages: Arrow files that only the command that writes them reads, mapped into memory where they are local."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from os import SEEK_END
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from pipelines.arrays import Int64s, no_rows, with_columns
from pipelines.storage import places

WORD = np.dtype("<i8")
"""How the index of a stage by bucket is written."""


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


class BucketStage:
    """A stage with rows for many buckets, and behind them an index, which says where those of a bucket begin.

    The index has the buckets, ascending, the byte at which rows of each begin, and last how many of these there are.
    """

    def __init__(self, place: str, file: IO[bytes]) -> None:
        self.place, self._file = place, file
        self._buckets, self._starts = list[int](), list[int]()

    @property
    def buckets(self) -> set[int]:
        """For which buckets there are rows."""
        return set(self._buckets)

    def write(self, bucket: int, rows: pa.Table) -> None:
        """Write rows for a bucket, behind those that it may have."""
        self._buckets.append(bucket)
        self._starts.append(write_table(self._file, rows))

    def end(self) -> None:
        """Write the index."""
        order = np.argsort(self._buckets, kind="stable")
        index = np.stack([self._buckets, self._starts])[:, order]
        self._file.write(np.append(index, len(order)).astype(WORD).tobytes())


@contextmanager
def writing_buckets(place: str) -> Iterator[BucketStage]:
    """A new stage by bucket in a folder that is there; PlaceError when it cannot be written."""
    with places.writing(place) as file:
        stage = BucketStage(place, file)
        yield stage
        stage.end()


def tables_of(place: str, bucket: int) -> Iterator[pa.Table]:
    """The tables that a stage by bucket has for one."""
    with _reading(place) as file:
        for start in _starts(file, bucket):
            file.seek(start)
            yield pa.ipc.open_stream(file).read_all()


def _starts(file: Any, bucket: int) -> list[int]:
    """The bytes at which rows of a bucket begin."""
    end = file.seek(-WORD.itemsize, SEEK_END)
    (count,) = _words(file.read(WORD.itemsize)).tolist()
    file.seek(end - 2 * count * WORD.itemsize)
    buckets, starts = _words(file.read(2 * count * WORD.itemsize)).reshape(2, count)
    first, last = np.searchsorted(buckets, [bucket, bucket + 1])
    found: list[int] = starts[first:last].tolist()
    return found


def _words(data: bytes) -> Int64s:
    return np.frombuffer(data, WORD)


@contextmanager
def _reading(place: str) -> Iterator[Any]:
    """A stage to read, mapped into memory where it is local."""
    if not places.is_url(place):
        yield pa.memory_map(place)
        return
    with places.reading(place) as file:
        yield file


def tables_in(place: str) -> Iterator[pa.Table]:
    """The tables of a stage, one after another."""
    with _reading(place) as file:
        end = file.seek(0, SEEK_END)
        file.seek(0)
        while file.tell() < end:
            yield pa.ipc.open_stream(file).read_all()


def read_stage(place: str, schema: pa.Schema) -> pa.Table:
    """All rows of a stage with these columns, which are null where its tables lack them."""
    return pa.concat_tables(with_columns(rows, schema) for rows in [*tables_in(place), no_rows(schema)])

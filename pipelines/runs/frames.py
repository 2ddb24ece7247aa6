"""Frames: what our own readers find in data files, as DataFrames.

So the engine need not reach what the lake is on: Apache Spark would need Hadoop's client of object stores for that, and
Amazon's, which alone has 600 MB.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.log.events import NEWEST, Log
from pipelines.storage import datafiles
from pipelines.tables import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def frame(
    session: "SparkSession",
    slots: int,
    shares: Sequence[Sequence[str]],
    rows: Callable[[str], Iterator[pa.RecordBatch]],
    ddl: str,
) -> "DataFrame":
    """The rows that a function reads of files, in so many tasks; the files of a share come one after another."""

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for share in chain.from_iterable(batch.column(0).to_pylist() for batch in batches):
            for place in shares[share]:
                yield from rows(place)

    return session.range(0, len(shares), 1, slots).mapInArrow(read, ddl)


def frame_of(session: "SparkSession", slots: int, table: Table, files: Sequence[str]) -> "DataFrame":
    """The rows of a table's data files."""
    return frame(session, slots, [[place] for place in files], partial(_rows, table.names), table.ddl)


def _rows(names: Sequence[str], place: str) -> Iterator[pa.RecordBatch]:
    for batch in datafiles.batches(place, list(names)):
        yield batch.select(list(names))


def frame_of_log(session: "SparkSession", slots: int, log: Log) -> "DataFrame":
    """All events with all fields."""
    ddl = ", ".join(f"{column.name} {column.type}" for column in NEWEST)
    return frame(session, slots, log.shares(slots), partial(_events, log), ddl)


def _events(log: Log, place: str) -> Iterator[pa.RecordBatch]:
    """The events of a file with all fields."""
    for _, events in log.events(place, lambda _: [column.name for column in NEWEST]):
        yield from events.to_batches()

"""Exchange: rows go by bucket through files, so that the next step holds one bucket for each core, no more.

A task writes pieces of many buckets one after another into one file, and returns where each begins.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, int64s
from pipelines.engines.base import Engine
from pipelines.runs.partitioning import partitioned
from pipelines.storage import places
from pipelines.storage.staging import read_tables, write_table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ROWS = 256 * 1024
"""How many rows a task holds before it writes them."""

BUCKET = "_bucket"

Piece = tuple[str, int]
"""The file in which rows stand, and the byte at which they begin."""

Pieces = tuple[Piece, ...]


def shuffle(rows: "DataFrame", by: str | None, buckets: int, folder: str) -> dict[int, Pieces]:
    """Write the rows of a DataFrame to new files of a folder, by bucket of the column `by`; where each bucket's are."""
    from pyspark.sql import functions as F

    bucket = F.pmod(F.col(by), F.lit(buckets).cast("bigint")) if by and buckets > 1 else F.lit(0)
    numbered = rows.withColumn(BUCKET, bucket)
    written = numbered.mapInArrow(partial(_shuffle, folder), "bucket bigint, place string, start bigint").collect()
    return by_target((row["bucket"], (row["place"], row["start"])) for row in written)


def exchange(
    engine: Engine, rows: Callable[[int], pa.Table], by: str | None, buckets: int, folder: str
) -> dict[int, Pieces]:
    """Write the rows that a task makes of each bucket to new files of a folder, as `shuffle` does."""
    written = engine.run(partial(_exchange, folder, rows, by, buckets), range(buckets))
    return by_target(chain.from_iterable(written))


def fetch(pieces: Pieces) -> pa.Table:
    """The rows of all pieces."""
    starts: dict[str, list[int]] = defaultdict(list)
    for place, start in pieces:
        starts[place].append(start)
    return pa.concat_tables(chain.from_iterable(read_tables(*file) for file in starts.items()))


def by_target(written: Iterable[tuple[int, Piece]]) -> dict[int, Pieces]:
    """By bucket, the pieces that were written for it."""
    pieces: dict[int, list[Piece]] = defaultdict(list)
    for bucket, piece in written:
        pieces[bucket].append(piece)
    return {bucket: tuple(sorted(pieces[bucket])) for bucket in sorted(pieces)}


def _shuffle(folder: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The task of the engine: a row for each piece that it wrote."""
    numbered = ((int64s(rows[BUCKET].cast(pa.int64())), rows.drop_columns([BUCKET])) for rows in _in_portions(batches))
    for bucket, (place, start) in _written(folder, numbered):
        yield pa.record_batch({"bucket": [bucket], "place": [place], "start": [start]})


def _exchange(
    folder: str, rows: Callable[[int], pa.Table], by: str | None, buckets: int, bucket: int
) -> list[tuple[int, Piece]]:
    """The task of a bucket: the pieces that it wrote."""
    made = rows(bucket)
    return list(_written(folder, [(targets(made, by, buckets), made)] if made.num_rows else []))


def targets(rows: pa.Table, by: str | None, buckets: int) -> Int64s:
    """The bucket of each row, 0 without a column `by`."""
    return int64s(rows[by]) % buckets if by and buckets > 1 else np.zeros(rows.num_rows, np.int64)


def _written(folder: str, numbered: Iterable[tuple[Int64s, pa.Table]]) -> Iterator[tuple[int, Piece]]:
    """The pieces of tables whose rows go to the numbered buckets, one after another in a new file."""
    place = places.join(folder, uuid.uuid4().hex)
    with places.writing(place) as file:
        for numbers, rows in numbered:
            for bucket, of_bucket in by_bucket(numbers, rows):
                yield bucket, (place, write_table(file, of_bucket))


def _in_portions(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The rows, some ROWS at a time."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        held.append(batch)
        count += batch.num_rows
        if count >= ROWS:
            yield pa.Table.from_batches(held)
            held, count = [], 0
    if count:
        yield pa.Table.from_batches(held)


def by_bucket(numbers: Int64s, rows: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """The rows of each bucket that has any."""
    if len(numbers) == 0:
        return
    if numbers.min() == numbers.max():
        yield int(numbers[0]), rows
        return
    rows, ends = partitioned(rows, numbers)
    for bucket, (start, end) in enumerate(pairwise([0, *ends])):
        if start < end:
            yield bucket, rows.slice(start, end - start)

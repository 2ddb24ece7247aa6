"""Scattering: rows go by bucket into stages on disk, so that what comes next holds one bucket for each core, no more.

A task writes pieces of many buckets one after another into one file, and tells where each begins.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.arrays import arrow, int64s
from pipelines.sorting import order_by
from pipelines.storage import places
from pipelines.storage.stages import read_table, write_table

ROWS = 256 * 1024
"""How many rows a task holds before it writes them."""

BUCKET = "_bucket"

Piece = tuple[str, int]
"""The file in which rows stand, and the byte at which they begin."""

Pieces = tuple[Piece, ...]


def scatter(rows: DataFrame, by: str | None, buckets: int, folder: str) -> dict[int, Pieces]:
    """Where the rows of each bucket are, which the column `by` chooses, as written to new files of a folder."""
    bucket = F.pmod(F.col(by), F.lit(buckets).cast("bigint")) if by and buckets > 1 else F.lit(0)
    numbered = rows.withColumn(BUCKET, bucket)
    written = numbered.mapInArrow(partial(_scatter, folder), "bucket bigint, place string, start bigint").collect()
    pieces: dict[int, list[Piece]] = defaultdict(list)
    for row in written:
        pieces[row["bucket"]].append((row["place"], row["start"]))
    return {bucket: tuple(sorted(pieces[bucket])) for bucket in sorted(pieces)}


def gathered(pieces: Pieces) -> pa.Table:
    """The rows of all pieces."""
    return pa.concat_tables(read_table(place, start) for place, start in pieces)


def _scatter(folder: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The task: a row for each piece that it wrote."""
    place = places.join(folder, uuid.uuid4().hex)
    with places.writing(place) as file:
        for rows in _in_portions(batches):
            found = [(bucket, place, write_table(file, of_bucket)) for bucket, of_bucket in _by_bucket(rows)]
            columns = zip(*found, strict=True)
            yield pa.record_batch(dict(zip(("bucket", "place", "start"), map(list, columns), strict=True)))


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


def _by_bucket(rows: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """The rows of each bucket."""
    numbers = int64s(rows[BUCKET].cast(pa.int64()))
    rows = rows.drop_columns([BUCKET])
    if numbers.min() == numbers.max():
        yield int(numbers[0]), rows
        return
    order = order_by(numbers)
    rows, numbers = rows.take(arrow(order, pa.int32())), numbers[order]
    bounds = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
    for start, end in pairwise(bounds):
        yield int(numbers[start]), rows.slice(start, end - start)

"""Exchange: rows go by bucket through files, so that the next step holds one bucket for each core, no more.

A task writes rows for many buckets one after another into one file, which says itself where those of each begin: it
returns just which file that is, so what is known of all files does not grow with the square of the buckets.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, int64s, no_rows
from pipelines.engines.base import Engine
from pipelines.runs.partitioning import partitioned
from pipelines.storage import places
from pipelines.storage.staging import BucketStage, tables_of, writing_buckets

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ROWS = 256 * 1024
"""How many rows a task holds before it writes them."""

FEW = 8
"""Of a file with rows for at most so many buckets it is told which these are: all others need not open it."""

BUCKET = "_bucket"


class Sent(NamedTuple):
    """A file with rows for buckets, and for which ones: None where these are not few."""

    place: str
    buckets: tuple[int, ...] | None


def shuffle(rows: "DataFrame", by: str | None, buckets: int, folder: str) -> tuple[Sent, ...]:
    """Write the rows of a DataFrame to new files of a folder, by bucket of the column `by`."""
    from pyspark.sql import functions as F

    bucket = F.pmod(F.col(by), F.lit(buckets).cast("bigint")) if by and buckets > 1 else F.lit(0)
    numbered = rows.withColumn(BUCKET, bucket)
    written = numbered.mapInArrow(partial(_shuffle, folder), "place string, buckets array<bigint>").collect()
    return tuple(Sent(place, None if found is None else tuple(found)) for place, found in written)


def exchange(
    engine: Engine, rows: Callable[[int], pa.Table], by: str | None, buckets: int, folder: str
) -> tuple[Sent, ...]:
    """Write the rows that a task makes of each bucket to new files of a folder, as `shuffle` does."""
    written = engine.run(partial(_exchange, folder, rows, by, buckets), range(buckets))
    return tuple(one for one in written if one is not None)


def fetch(sent: Iterable[Sent], bucket: int, schema: pa.Schema) -> pa.Table:
    """The rows that all files have for a bucket; if there are none, with the columns of a schema."""
    asked = (one.place for one in sent if one.buckets is None or bucket in one.buckets)
    found = list(chain.from_iterable(tables_of(place, bucket) for place in asked))
    return pa.concat_tables(found) if found else no_rows(schema)


def receivers(sent: Iterable[Sent], buckets: int) -> Sequence[int]:
    """The buckets for which there are rows, ascending, or all of so many where that is not known."""
    told = {one.buckets for one in sent}
    return range(buckets) if None in told else sorted({bucket for some in told for bucket in some or ()})


def written_to(stage: BucketStage) -> Sent | None:
    """What is told of a stage that was written, unless it has no rows."""
    buckets = sorted(stage.buckets)
    return Sent(stage.place, tuple(buckets) if len(buckets) <= FEW else None) if buckets else None


def _shuffle(folder: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The task of the engine: a row for the file that it wrote."""
    numbered = ((int64s(rows[BUCKET].cast(pa.int64())), rows.drop_columns([BUCKET])) for rows in _in_portions(batches))
    sent = _written(folder, numbered)
    if sent is not None:
        yield pa.record_batch({"place": [sent.place], "buckets": pa.array([sent.buckets], pa.list_(pa.int64()))})


def _exchange(folder: str, rows: Callable[[int], pa.Table], by: str | None, buckets: int, bucket: int) -> Sent | None:
    """The task of a bucket: the file that it wrote."""
    made = rows(bucket)
    return _written(folder, [(targets(made, by, buckets), made)]) if made.num_rows else None


def targets(rows: pa.Table, by: str | None, buckets: int) -> Int64s:
    """The bucket of each row, 0 without a column `by`."""
    return int64s(rows[by]) % buckets if by and buckets > 1 else np.zeros(rows.num_rows, np.int64)


def _written(folder: str, numbered: Iterable[tuple[Int64s, pa.Table]]) -> Sent | None:
    """The new file with the rows of tables that go to the numbered buckets."""
    with writing_buckets(places.join(folder, uuid.uuid4().hex)) as stage:
        for numbers, rows in numbered:
            for bucket, of_bucket in by_bucket(numbers, rows):
                stage.write(bucket, of_bucket)
    return written_to(stage)


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

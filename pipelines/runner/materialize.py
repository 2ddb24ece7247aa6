"""Materialize: a projection's rows become sorted, checked, hashed data files, one a bucket, not yet committed."""

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Semaphore

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.checks import AuditError, Check, Findings, require_clean
from pipelines.engines.base import Engine, cores
from pipelines.policy import Policy
from pipelines.projections import BucketInputs, BucketProjection, Fold, Projection
from pipelines.runner.invariants import checks_of
from pipelines.sorting import order_by
from pipelines.storage import datafiles, places
from pipelines.storage.datafiles import DataFile, write_buckets
from pipelines.tables import Table

BUCKET = "_bucket"
BATCH_ROWS = 128 * 1024
EVENTS_PER_BUCKET = 1 << 20

_turns = Semaphore(cores())

Made = Callable[[pa.Table], pa.Table]
Written = list[tuple[DataFile, Findings]]
Places = tuple[tuple[int, str], ...]
"""By bucket, where a table's files are."""


@dataclass(frozen=True)
class Staged:
    """A table's data files, written and checked, not yet committed."""

    table: Table
    place: str
    files: tuple[DataFile, ...]

    @property
    def rows(self) -> int:
        """How many rows the files hold."""
        return sum(file.rows for file in self.files)

    @property
    def content_hash(self) -> str:
        """The hash of all rows, in any order."""
        return str(sum(file.content_hash for file in self.files))

    @property
    def places(self) -> Places:
        """By bucket, where the files are."""
        return tuple((file.bucket, places.join(self.place, file.path)) for file in self.files)

    def discard(self) -> None:
        """Remove the files."""
        for _, place in self.places:
            places.remove(place)


def buckets_for(events: int) -> int:
    """The number of buckets: a power of two, such that a bucket's share is about a million events."""
    return 1 << max(0, -(-events // EVENTS_PER_BUCKET) - 1).bit_length()


def frame_of(session: SparkSession, table: Table, files: Sequence[str]) -> DataFrame:
    """The rows of data files as a DataFrame."""
    if not files:
        return session.createDataFrame([], table.ddl)
    return session.read.schema(table.ddl).parquet(*files)


def materialize_frame(
    projection: Projection, frames: Mapping[str, DataFrame], place: str, policy: Policy, buckets: int
) -> Staged:
    """Stage a projection that is a DataFrame. Raises ContractError, AuditError."""
    table = projection.table
    frame = projection.build(frames)
    if projection.fold is None:
        table.check((field.name, field.dataType.simpleString()) for field in frame.schema.fields)
    rows = frame.select(*frame.columns, _bucket(table, buckets).alias(BUCKET)).repartition(buckets, BUCKET)
    checks = checks_of(projection, policy)
    fold = partial(in_order, table) if projection.fold is None else partial(_folded, projection.fold, policy)
    write = partial(_write_partition, table, place, checks, fold)
    found = rows.mapInArrow(write, "file binary").collect()
    return _staged(table, place, [pickle.loads(bytes(row.file)) for row in found])  # noqa: S301 (our own task wrote it)


def _bucket(table: Table, buckets: int) -> Column:
    if table.bucket_by is None:
        return F.lit(0).cast("bigint")
    return F.pmod(F.col(table.bucket_by), F.lit(buckets).cast("bigint"))


def _write_partition(
    table: Table, place: str, checks: tuple[Check, ...], made: Made, batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The task that writes a partition's buckets, each sorted here: Sail drops a sort before a Python task.

    Sail runs the tasks of all partitions at once, in this process: a core each is enough, and holds less memory.
    Yields a row for each file.
    """
    held = list(batches)
    if held:
        with _turns:
            rows = pa.Table.from_batches(held)
            held.clear()
            written = list(write_buckets(place, table, checks, _buckets(table, made, rows)))
        yield pa.record_batch({"file": pa.array([pickle.dumps(one) for one in written], pa.binary())})


def _folded(fold: Fold, policy: Policy, rows: pa.Table) -> pa.Table:
    return fold(rows, policy)


def _buckets(table: Table, made: Made, rows: pa.Table) -> Iterator[tuple[int, pa.RecordBatch]]:
    """What is made of a partition's rows bucket by bucket, with the table's columns and types."""
    buckets = pc.unique(rows[BUCKET]).to_pylist()
    for bucket in buckets:
        of_bucket = rows if len(buckets) == 1 else rows.filter(pc.equal(rows[BUCKET], bucket))
        found = made(of_bucket.drop_columns([BUCKET]))
        if set(found.schema.names) != set(table.names):
            table.check((field.name, str(field.type)) for field in found.schema)
        for batch in found.select(table.names).cast(table.arrow).combine_chunks().to_batches(BATCH_ROWS):
            yield bucket, batch


def in_order(table: Table, rows: pa.Table) -> pa.Table:
    """The rows in the table's order."""
    names = [name.lstrip("-") for name in table.order]
    falling = [place for place, name in enumerate(table.order) if name.startswith("-")]
    if all(pa.types.is_integer(rows[name].type) and not rows[name].null_count for name in names):
        columns = [rows[name].combine_chunks().to_numpy() for name in names]
        return rows.take(pa.array(order_by(*columns, descending=falling)))
    keys = [(name, "descending" if place in falling else "ascending") for place, name in enumerate(names)]
    return rows.take(pc.sort_indices(rows, keys))


def materialize_buckets(engine: Engine, projection: BucketProjection, inputs: BucketInputs, place: str) -> Staged:
    """Stage a projection that is made bucket by bucket. Raises AuditError."""
    checks = checks_of(projection, inputs.policy)
    task = partial(_write_bucket, projection, inputs, place, checks)
    written = [one for found in engine.run(task, range(inputs.buckets)) for one in found]
    return _staged(projection.table, place, written)


def _write_bucket(
    projection: BucketProjection, inputs: BucketInputs, place: str, checks: tuple[Check, ...], bucket: int
) -> Written:
    batches = ((bucket, batch) for batch in projection.merge(bucket, inputs))
    return list(write_buckets(place, projection.table, (*checks, *projection.audits(bucket, inputs)), batches))


def _staged(table: Table, place: str, written: Written) -> Staged:
    staged = Staged(table, place, tuple(sorted((file for file, _ in written), key=lambda file: file.bucket)))
    findings = Findings()
    for _, found in written:
        for check, count in found.counts.items():
            findings.add(check, count, found.samples[check])
    try:
        require_clean(table.name, findings)
    except AuditError:
        staged.discard()
        raise
    return staged


def inputs_of(held: Mapping[str, Places], reads: Sequence[str], policy: Policy, buckets: int) -> BucketInputs:
    """What the tasks of a bucket projection may read."""
    return BucketInputs(policy, buckets, {name: held[name] for name in reads}, datafiles.read)

"""Materialize: a projection's rows become sorted, checked, hashed data files, one a bucket, not yet committed."""

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.checks import AuditError, Check, Findings, require_clean
from pipelines.engines.base import Engine
from pipelines.merge.positions import with_positions
from pipelines.policy import Policy
from pipelines.projections import BucketInputs, BucketProjection, Projection
from pipelines.runner.invariants import checks_of
from pipelines.storage import datafiles, places
from pipelines.storage.datafiles import DataFile, write_buckets
from pipelines.tables import Table

BUCKET = "_bucket"
POSITION = "position"
BATCH_ROWS = 128 * 1024
EVENTS_PER_BUCKET = 1 << 20

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
    given_later = [(POSITION, "int")] if projection.ranked else []
    table.check([*((field.name, field.dataType.simpleString()) for field in frame.schema.fields), *given_later])
    rows = frame.select(*frame.columns, _bucket(table, buckets).alias(BUCKET)).repartition(buckets, BUCKET)
    checks = checks_of(projection, policy)
    write = partial(_write_partition, place, table, checks, Ranking(projection.ranked, policy.cap))
    found = rows.mapInArrow(write, "file binary").collect()
    return _staged(table, place, [pickle.loads(bytes(row.file)) for row in found])  # noqa: S301 (our own task wrote it)


def _bucket(table: Table, buckets: int) -> Column:
    if table.bucket_by is None:
        return F.lit(0).cast("bigint")
    return F.pmod(F.col(table.bucket_by), F.lit(buckets).cast("bigint"))


@dataclass(frozen=True)
class Ranking:
    """The order in which rows are given positions, within each value of its first column; empty when they have none."""

    order: tuple[str, ...]
    cap: int

    def rank(self, rows: pa.Table) -> pa.Table:
        """The rows, which stand in that order, with their positions, as far as the cap."""
        return with_positions(rows, self.order[0], self.cap) if self.order else rows


def _write_partition(
    place: str, table: Table, checks: tuple[Check, ...], ranking: Ranking, batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The task that writes a partition's buckets, each sorted here: Sail drops a sort before a Python task.

    Yields a row for each file.
    """
    held = list(batches)
    if held:
        for written in write_buckets(
            place, table, checks, _sorted_buckets(table, ranking, pa.Table.from_batches(held))
        ):
            yield pa.record_batch({"file": pa.array([pickle.dumps(written)], pa.binary())})


def _sorted_buckets(table: Table, ranking: Ranking, rows: pa.Table) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The rows bucket by bucket, each in the table's order, with its columns and types."""
    order = ranking.order or table.order
    keys = [(name.lstrip("-"), "descending" if name.startswith("-") else "ascending") for name in order]
    for bucket in pc.unique(rows[BUCKET]).to_pylist():
        mine = rows.filter(pc.equal(rows[BUCKET], bucket)).drop_columns([BUCKET]).combine_chunks()
        ranked = ranking.rank(mine.take(pc.sort_indices(mine, keys)))
        for batch in ranked.select(table.names).cast(table.arrow).combine_chunks().to_batches(BATCH_ROWS):
            yield bucket, batch


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

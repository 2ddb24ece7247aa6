"""Projections: the pure functions that make each relation and view from what it reads."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa

from pipelines.arrays import Int64s, flags, no_rows
from pipelines.checks import Check
from pipelines.moments import NO_MOMENTS, Moments, among, moments
from pipelines.policy import Policy
from pipelines.tables import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

EVENT_ID, EVENT_TIME = "event_id", "event_time"
Frames = Mapping[str, "DataFrame"]
Checks = Callable[[Policy], tuple[Check, ...]]


def no_checks(_: Policy) -> tuple[Check, ...]:
    """Nothing beyond what every table must hold."""
    return ()


def nothing_received(_: int) -> pa.Table:
    """No rows: the projection has no `exchange`."""
    return pa.table({})


@dataclass(frozen=True)
class Extract:
    """Rows made of the log's events, which one pass over the log brings to the buckets of their column `by`.

    `rows` makes them of the `fields` of some events of one type, one of the `types` (any when empty), each in its
    newest version. Without `by`, all go to bucket 0.
    """

    name: str
    schema: pa.Schema
    fields: tuple[str, ...]
    rows: Callable[[str, pa.Table], pa.Table]
    types: tuple[str, ...] = ()
    by: str | None = None

    def moments(self, rows: pa.Table) -> Moments:
        """The id and the time of each row; nothing where rows have no ids of events."""
        if self.by is None or EVENT_ID not in self.schema.names:
            return NO_MOMENTS
        return moments(rows[self.by], rows[EVENT_TIME])


@dataclass(frozen=True)
class State:
    """What stood before some events, said as rows of an extract; and at which times it came about.

    `times` are columns of the tables of which `rows` makes them: of those moments there were events that decided.
    """

    rows: Callable[[int, "BucketInputs"], pa.Table]
    times: tuple[tuple[Table, str], ...] = ()


def nothing_extracted(extract: Extract, _: int) -> pa.Table:
    """No rows: nothing was read of the log."""
    return no_rows(extract.schema)


@dataclass(frozen=True)
class BucketInputs:
    """What a task that makes one bucket may read: by table and bucket, the places of the data files.

    `memory` is how many bytes the task may hold, `shared` how many all tasks of the process may hold in common;
    `extracted` gives the rows that an extract of the projection's brought to a bucket, `received` those that its
    `exchange` sent. Where these are not of all events, `earlier` has the files of the tables as they were before, and
    `states` gives by extract the rows that say so.
    """

    policy: Policy
    buckets: int
    places: Mapping[str, tuple[tuple[int, str], ...]] = field(hash=False)
    open: Callable[[str, list[str]], pa.Table]
    count: Callable[[str], int]
    memory: int
    shared: int
    extracted: Callable[[Extract, int], pa.Table] = nothing_extracted
    received: Callable[[int], pa.Table] = nothing_received
    earlier: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict, hash=False)
    states: Mapping[str, State] = field(default_factory=dict, hash=False)

    def told(self, extract: Extract, bucket: int) -> pa.Table:
        """What all events say to an extract: the rows extracted, and such as say what stood before.

        These have ids of their own, so they give way where rows with the true ids are of the same moment.
        """
        rows = self.extracted(extract, bucket)
        if not self.earlier:
            return rows
        stood = self.states[extract.name].rows(bucket, self).cast(extract.schema)
        if self.states[extract.name].times:
            stood = stood.filter(flags(~among(extract.moments(stood), extract.moments(rows))))
        return pa.concat_tables([stood, rows])

    def before(self, table: Table, columns: list[str], bucket: int) -> pa.Table:
        """Columns of a table's rows of a bucket as they were before the events that were extracted."""
        found = [self.open(place, columns) for number, place in self.earlier.get(table.name, ()) if number == bucket]
        return pa.concat_tables(found or [no_rows(table.arrow).select(columns)])

    def as_before(self) -> "BucketInputs":
        """The same of the tables as they were."""
        return replace(self, places=self.earlier, earlier={})

    def read(self, table: Table, columns: list[str], bucket: int | None = None) -> pa.Table:
        """Columns of a table's rows: of one bucket, in their order, or of all buckets, one after another."""
        found = [self.open(place, columns) for place in self.of(table, bucket)]
        return pa.concat_tables(found or [no_rows(table.arrow).select(columns)])

    def rows(self, table: Table) -> int:
        """How many rows a table has."""
        return sum(self.count(place) for place in self.of(table))

    def of(self, table: Table, bucket: int | None = None) -> tuple[str, ...]:
        """The places of a table's files: of one bucket, or of all."""
        return tuple(place for number, place in self.places[table.name] if bucket in (None, number))


def no_audits(_: int, __: BucketInputs) -> tuple[Check, ...]:
    """Nothing beyond the checks of each row."""
    return ()


@dataclass(frozen=True)
class Exchange:
    """Rows that go to the bucket of the table's `bucket_by`, or of `by`, from the bucket of which `rows` makes them.

    What `before` sends has been received when `rows` makes them.
    """

    schema: pa.Schema
    rows: Callable[[int, BucketInputs], pa.Table]
    by: str | None = None
    before: "Exchange | None" = None


Update = tuple[Iterator[pa.RecordBatch], tuple[Check, ...]]
"""Rows of a bucket, and the checks of just these."""


@dataclass(frozen=True)
class Counts:
    """What the columns of a table count, so that the count in every row can be checked.

    - `facts`: of a bucket, by column, for each fact the id of the row that counts it; 0 counts nowhere.
    - `rows`: the ids of a bucket that have rows. Facts of the columns `elsewhere` may name others, which count nowhere.
    """

    columns: tuple[str, ...]
    facts: Callable[[int, BucketInputs], Mapping[str, Int64s]]
    rows: Callable[[int, BucketInputs], Int64s]
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True)
class Projection:
    """A table made of others by DataFrames; `reads` names them, `events` being the log in its newest version.

    - `counts`: the columns that count facts; checked on all rows.
    - `version`: a change of what a projection means goes with a new one, which rebuilds the table.
    """

    table: Table
    reads: tuple[str, ...]
    build: Callable[[Frames], "DataFrame"]
    checks: Checks = no_checks
    version: int = 1
    counts: Counts | None = None
    extracts: ClassVar[tuple[Extract, ...]] = ()


@dataclass(frozen=True)
class BucketProjection:
    """A table made bucket by bucket, of data files or of the log's events, each task holding the memory of one bucket.

    - `extracts`: what `merge` needs of the log's events, which are then among what it reads.
    - `exchange`: what `merge` needs of other buckets; it is there, in any order, before the first merge.
    - `audits`: the checks of a bucket's rows against what the bucket was made of; `audited` are their names, which
      need no bucket to be told.
    - `counts`: as of a Projection.
    - `update`: makes of what the table and those that it reads were, and of what these are, the rows that `merge` would
      make, and the checks that belong to them.
    - `states`: by the name of each extract, rows that say what stood before; with them `merge` makes of new events
      alone what it would make of all.
    """

    table: Table
    reads: tuple[str, ...]
    merge: Callable[[int, BucketInputs], Iterator[pa.RecordBatch]]
    checks: Checks = no_checks
    version: int = 1
    audits: Callable[[int, BucketInputs], tuple[Check, ...]] = no_audits
    audited: tuple[str, ...] = ()
    extracts: tuple[Extract, ...] = ()
    exchange: Exchange | None = None
    counts: Counts | None = None
    states: Mapping[str, State] = field(default_factory=dict, hash=False)
    update: Callable[[int, BucketInputs], Update] | None = None


AnyProjection = Projection | BucketProjection


def is_mergeable(projection: AnyProjection) -> bool:
    """Whether a projection can be made of what it was and of new events."""
    return isinstance(projection, BucketProjection) and all(
        one.name in projection.states for one in projection.extracts
    )

"""Projections: the pure functions that make each relation and view from what it reads."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, Int64s, flags, int64s, no_rows
from pipelines.checks import Check
from pipelines.moments import NO_MOMENTS, Moments, among, moments
from pipelines.owners import of_owners
from pipelines.policy import Policy
from pipelines.ranges import Ranges, apart, in_bucket, with_rows_of
from pipelines.tables import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

EVENT_ID, EVENT_TIME = "event_id", "event_time"
Frames = Mapping[str, "DataFrame"]
Checks = Callable[[Policy], tuple[Check, ...]]


def no_checks(_: Policy) -> tuple[Check, ...]:
    """Nothing beyond what every table must hold."""
    return ()


def nothing_touched(_: str, __: int) -> Int64s:
    """No owners: nothing changed."""
    return np.empty(0, np.int64)


def no_differences(_: str, __: int) -> pa.Table:
    """No rows: nothing changed."""
    return pa.table({})


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
    """What a task that makes one bucket may read: the data files of tables.

    `memory` is how many bytes the task may hold, `shared` how many all tasks of the process may hold in common;
    `extracted` gives the rows that an extract of the projection's brought to a bucket, `received` those that its
    `exchange` sent. Where these are not of all events, `earlier` has the files of the tables as they were before, `own`
    those of the projection's own table, `states` gives by extract the rows that say so, `withdrawn` what was sent and
    is no more, `touched` says of which owners of a table rows may have changed, and `differences`, of one that grows,
    which rows came, with the number 1, and which went, with -1. `chosen` has by table the owners, ascending, whose rows
    alone are read, and `held` the rows of files that were read already.
    """

    policy: Policy
    buckets: int
    places: Mapping[str, Ranges] = field(hash=False)
    open: Callable[[str, list[str]], pa.Table]
    count: Callable[[str], int]
    memory: int
    shared: int
    extracted: Callable[[Extract, int], pa.Table] = nothing_extracted
    received: Callable[[int], pa.Table] = nothing_received
    withdrawn: Callable[[int], pa.Table] = nothing_received
    earlier: Mapping[str, Ranges] = field(default_factory=dict, hash=False)
    own: Ranges = ()
    states: Mapping[str, State] = field(default_factory=dict, hash=False)
    touched: Callable[[str, int], Int64s] = nothing_touched
    differences: Callable[[str, int], pa.Table] = no_differences
    chosen: Mapping[str, Int64s] = field(default_factory=dict, compare=False)
    held: Mapping[str, pa.Table] = field(default_factory=dict, compare=False)

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
        return self.as_before().read(table, columns, bucket)

    def own_before(self, table: Table, columns: list[str], bucket: int) -> pa.Table:
        """Columns of a bucket's rows of the projection's own table as it was."""
        return replace(self, places={table.name: self.own}).read(table, columns, bucket)

    def as_before(self) -> "BucketInputs":
        """The same of the tables as they were, and of what was sent before."""
        return replace(self, places=self.earlier, received=self.withdrawn, earlier={})

    def choosing(self, chosen: Mapping[Table, Int64s]) -> "BucketInputs":
        """The same, of some tables just the rows of these owners, who ascend."""
        return replace(self, chosen={**self.chosen, **{table.name: owners for table, owners in chosen.items()}})

    def read(self, table: Table, columns: list[str], bucket: int | None = None) -> pa.Table:
        """Columns of a table's rows: of one bucket, in their order, or of all buckets, one after another."""
        files, chosen = self.files(table, bucket), self.chosen.get(table.name)
        if chosen is not None and table.owner is not None:
            files = tuple(with_rows_of(files, chosen))
        found = [self._part(table, columns, part) for part in (apart(files) if table.grows else zip(files))]
        return pa.concat_tables(found or [no_rows(table.arrow).select(columns)])

    def _part(self, table: Table, columns: list[str], files: Ranges) -> pa.Table:
        """Columns of the rows of some files in the table's order, where they are of chosen owners."""
        chosen, asked = self.chosen.get(table.name), list(columns)
        asked += [table.owner] if chosen is not None and table.owner is not None else []
        asked += [name.lstrip("-") for name in table.order] if len(files) > 1 else []
        rows = [self._of_chosen(table, self._columns(file.place, list(dict.fromkeys(asked)))) for file in files]
        if len(rows) == 1:
            return rows[0].select(columns)
        from pipelines.ordering import in_order  # which is compiled, as what only declares and reads is not

        return in_order(table, pa.concat_tables(rows)).select(columns)

    def _of_chosen(self, table: Table, rows: pa.Table) -> pa.Table:
        chosen = self.chosen.get(table.name)
        return rows if chosen is None or table.owner is None else of_owners(rows, table.owner, chosen)

    def _columns(self, place: str, columns: list[str]) -> pa.Table:
        return self.held[place].select(columns) if place in self.held else self.open(place, columns)

    def rows(self, table: Table) -> int:
        """How many rows a table has."""
        return sum(self.count(place) for place in self.of(table))

    def files(self, table: Table, bucket: int | None = None) -> Ranges:
        """The data files of a table: of one bucket, or of all."""
        files = self.places.get(table.name, ())
        return files if bucket is None else in_bucket(files, bucket)

    def of(self, table: Table, bucket: int | None = None) -> tuple[str, ...]:
        """The places of a table's files: of one bucket, or of all."""
        return tuple(file.place for file in self.files(table, bucket))

    def changed(self, table: Table, bucket: int, columns: Sequence[str]) -> Int64s:
        """The owners in a bucket of a table of whom anything changed in these columns."""
        from pipelines.differences import difference  # which is compiled, as what only declares and reads is not

        chosen = self.choosing({table: self.touched(table.name, bucket)})
        names = list(dict.fromkeys([str(table.owner), *columns]))
        found = difference(chosen.before(table, names, bucket), chosen.read(table, names, bucket))
        return np.unique(int64s(found[str(table.owner)]))


def all_owners(_: int, __: BucketInputs) -> None:
    """Of any owner rows may have changed."""


def no_more(_: int, __: BucketInputs) -> Int64s:
    """Nothing changed but what is sent, or said by new events."""
    return np.empty(0, np.int64)


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
    resending: "Resending | None" = None


Chosen = Mapping[Table, Int64s]
"""Some owners by table, ascending."""


def none_unknown(_: int, __: BucketInputs) -> Int64s:
    """Of every owner the table tells what was received."""
    return np.empty(0, np.int64)


def nobody(_: int, __: BucketInputs, ___: Int64s) -> Chosen:
    """None sends anything."""
    return {}


@dataclass(frozen=True)
class Resending:
    """How an exchange sends just what changed.

    - `senders`: by table, the owners of whose rows in a bucket something changed: what they send is sent again, what
      they sent before is withdrawn.
    - `stood`: the rows that the chosen owners of a bucket had received, told from the table as it was; None for what is
      sent `before` other, of which that is not asked.
    - `unknown`: the owners in a bucket of whom the table does not tell that, given what they receive now.
    - `toward`: by table, the owners of whose rows in a bucket something is sent to these, of whom nothing is known.
    """

    senders: Callable[[int, BucketInputs], Chosen]
    stood: Callable[[int, BucketInputs], pa.Table] | None = None
    unknown: Callable[[int, BucketInputs], Int64s] = none_unknown
    toward: Callable[[int, BucketInputs, Int64s], Chosen] = nobody


Belong = Callable[[Int64s], Bools]
"""Which owners belong to the files whose rows are made."""

Update = tuple[Iterator[pa.RecordBatch], tuple[Check, ...]]
"""Rows of owners of a bucket, and the checks of just these."""


@dataclass(frozen=True)
class Counts:
    """What the columns of a table count, so that the count in every row can be checked.

    - `facts`: of a bucket, by column, for each fact the id of the row that counts it; 0 counts nowhere.
    - `rows`: the ids of a bucket that have rows. Facts of the columns `elsewhere` may name others, which count nowhere.
    - `concerned`: by table, the owners of whose facts, or rows, in a bucket something changed, or whose facts in the
      columns `elsewhere` name some of these ids, which have rows and had none, or had and have none. Where nothing says
      so, all facts are read for each batch.
    """

    columns: tuple[str, ...]
    facts: Callable[[int, BucketInputs], Mapping[str, Int64s]]
    rows: Callable[[int, BucketInputs], Int64s]
    elsewhere: tuple[str, ...] = ()
    concerned: Callable[[int, BucketInputs, Int64s], Chosen] | None = None


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
      make of the owners who belong to the files `own`, and the checks that belong to them; where those who are touched
      are known.
    - `states`: by the name of each extract, rows that say what stood before; with them `merge` makes of new events
      alone what it would make of all.
    - `touched`: the owners in a bucket of whom something may have changed, None where that is not known; beyond those
      to whom something is sent, or of whom new events say something.
    - `beside`: the tables of which `merge` reads, to make the rows of an owner, just those of the same owner.
    - `capped`: the column that numbers an owner's rows, of which there are at most as many as the policy's cap.
    - `row_by_row`: `merge` makes each row of one row that is received, or else of one of the table `beside`, and of
      nothing else; so what came to those and what went tells what comes and goes.
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
    update: Callable[[int, BucketInputs, Belong], Update] | None = None
    touched: Callable[[int, BucketInputs], Int64s | None] = all_owners
    beside: tuple[Table, ...] = ()
    capped: str | None = None
    row_by_row: bool = False


AnyProjection = Projection | BucketProjection


def is_mergeable(projection: AnyProjection) -> bool:
    """Whether a projection can be made of what it was and of new events."""
    return isinstance(projection, BucketProjection) and all(
        one.name in projection.states for one in projection.extracts
    )

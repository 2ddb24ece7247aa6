"""Inputs: what the task that makes a bucket of a table may read: rows of the log's events, and files of tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, flags, int64s, no_rows
from pipelines.moments import NO_MOMENTS, Moments, among, moments
from pipelines.owners import of_owners, without_owners
from pipelines.policy import Policy
from pipelines.ranges import Ranges, apart, in_bucket, with_rows_of
from pipelines.tables import Table

EVENT_ID, EVENT_TIME = "event_id", "event_time"


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
    alone are read, and `held` the rows of files that were read already; of the tables `by_row` those rows of other
    owners are read too that have this `number` among the differences.
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
    by_row: frozenset[str] = field(default=frozenset(), compare=False)
    number: int = field(default=1, compare=False)

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
        return replace(self, places=self.earlier, received=self.withdrawn, earlier={}, number=-1)

    def choosing(self, chosen: Mapping[Table, Int64s]) -> "BucketInputs":
        """The same, of some tables just the rows of these owners, who ascend."""
        return replace(self, chosen={**self.chosen, **{table.name: owners for table, owners in chosen.items()}})

    def with_rows_of(self, *tables: Table) -> "BucketInputs":
        """The same, of these tables, which grow, also the rows of other owners than the chosen that came, or went."""
        return replace(self, by_row=self.by_row.union(table.name for table in tables))

    def read(self, table: Table, columns: list[str], bucket: int | None = None) -> pa.Table:
        """Columns of a table's rows: of one bucket, in their order, or of all buckets, one after another."""
        if bucket is None or table.name not in self.by_row:
            return self._stored(table, columns, bucket)
        from pipelines.differences import NUMBER  # which is compiled, as what only declares and reads is not
        from pipelines.ordering import in_order

        asked = list(dict.fromkeys([*columns, *(name.lstrip("-") for name in table.order)]))
        changes = self.differences(table.name, bucket)
        changes = changes.filter(flags(int64s(changes[NUMBER]) == self.number))
        others = without_owners(changes, str(table.owner), self.chosen[table.name])
        rows = [self._stored(table, asked, bucket), others.select(asked)]
        return in_order(table, pa.concat_tables(rows)).select(columns)

    def _stored(self, table: Table, columns: list[str], bucket: int | None) -> pa.Table:
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

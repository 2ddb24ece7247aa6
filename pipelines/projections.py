"""Projections: the pure functions that make each relation and view from what it reads."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s
from pipelines.checks import Check
from pipelines.inputs import BucketInputs, Extract, State
from pipelines.policy import Policy
from pipelines.tables import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Frames = Mapping[str, "DataFrame"]
Checks = Callable[[Policy], tuple[Check, ...]]


def no_checks(_: Policy) -> tuple[Check, ...]:
    """Nothing beyond what every table must hold."""
    return ()


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
    - `by_row`: tables that grow of which each row, with what is chosen of others, is sent by itself: of all but the
      senders just the rows that came, or went, are sent, or withdrawn.
    - `toward`: by table, the owners of whose rows in a bucket something is sent to these, of whom nothing is known.
    """

    senders: Callable[[int, BucketInputs], Chosen]
    stood: Callable[[int, BucketInputs], pa.Table] | None = None
    unknown: Callable[[int, BucketInputs], Int64s] = none_unknown
    toward: Callable[[int, BucketInputs, Int64s], Chosen] = nobody
    by_row: tuple[Table, ...] = ()


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
      make of the owners who belong to the files `own`, and the checks that belong to them; it is given who is touched,
      and not asked where that is not known.
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
    update: Callable[[int, BucketInputs, Int64s], Update] | None = None
    touched: Callable[[int, BucketInputs], Int64s | None] = all_owners
    beside: tuple[Table, ...] = ()
    capped: str | None = None
    row_by_row: bool = False


AnyProjection = Projection | BucketProjection


def in_buckets(projection: AnyProjection, buckets: int) -> AnyProjection:
    """The projection with its table as it lies in so many buckets."""
    return replace(projection, table=projection.table.in_buckets(buckets))


def is_mergeable(projection: AnyProjection) -> bool:
    """Whether a projection can be made of what it was and of new events."""
    return isinstance(projection, BucketProjection) and all(
        one.name in projection.states for one in projection.extracts
    )

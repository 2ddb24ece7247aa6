"""On which days each user did anything."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import arrow
from pipelines.inputs import BucketInputs, State
from pipelines.projections import BucketProjection, no_more
from pipelines.relations.activity import ACTED, ACTIVITY
from pipelines.relations.arrays import numbers
from pipelines.sorting import grouped
from pipelines.tables import Column, Table

DAY = 24 * 60 * 60 * 1_000_000

ACTIVE_DAYS = Table(
    "active_days",
    (
        Column("user_id", "bigint", "the user"),
        Column("date", "date", "UTC date of an event of the user"),
    ),
    key=("user_id", "date"),
    description="Every UTC date on which each user did anything, retracted later or not.",
    bucket_by="user_id",
    grows=True,
)


def _stood(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The days as they were, as if the user had acted when they began."""
    rows = inputs.before(ACTIVE_DAYS, list(ACTIVE_DAYS.names), bucket)
    return pa.table([rows["user_id"], pc.cast(rows["date"], ACTED.field("event_time").type)], ACTED)


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """Each day of each user once, in order."""
    rows = inputs.told(ACTIVITY, bucket)
    users, days = numbers(rows, "user_id"), numbers(rows, "event_time") // DAY
    order, starts = grouped(users, days)
    first = order[starts[:-1]]
    columns = [arrow(users[first], pa.int64()), arrow(days[first].astype(np.int32), pa.date32())]
    yield from pa.table(columns, ACTIVE_DAYS.arrow).to_batches(128 * 1024)


RELATION = BucketProjection(
    ACTIVE_DAYS, ("events",), _merge, extracts=(ACTIVITY,), states={ACTIVITY.name: State(_stood)}, touched=no_more
)

"""What happened on each day, retracted later or not."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, arrow
from pipelines.compiled import compiled
from pipelines.projections import BucketInputs, BucketProjection, Exchange, Extract
from pipelines.relations.activity import ACTIVITY
from pipelines.relations.arrays import numbers
from pipelines.relations.partial_counts import count_partially, partial_counts, totals
from pipelines.sorting import Numbers, Order, grouped
from pipelines.tables import Column, Table

COUNTED = ("registered", "posted", "reposted", "liked", "followed")
DAY = 24 * 60 * 60 * 1_000_000

DAILY_ACTIVITY = Table(
    "daily_activity",
    (
        Column("date", "date", "UTC date of event_time"),
        Column("active_users", "bigint", "users who did anything"),
        Column("events", "bigint", "events of all types"),
        *(Column(name, "bigint", f"events `{name}`") for name in COUNTED),
    ),
    key=("date",),
    description="What happened on each UTC date, whatever became of it.",
)


NUMBERS = DAILY_ACTIVITY.names[1:]


def _days(rows: pa.Table) -> Int64s:
    """The number of each row's UTC date, from 1970 on."""
    return numbers(rows, "event_time") // DAY


def _happened(event_type: str, events: pa.Table) -> pa.Table:
    """How many events there were on each day, of all types and of one that is counted."""
    counts = np.bincount(_days(events))
    days = np.flatnonzero(counts)
    columns = ["events", event_type] if event_type in COUNTED else ["events"]
    return pa.concat_tables(count_partially("day", NUMBERS.index(column), days, counts[days]) for column in columns)


HAPPENED = Extract("happened", partial_counts("day"), ("event_time",), _happened)


def _active(bucket: int, inputs: BucketInputs) -> pa.Table:
    """How many of a bucket's users did anything on each day."""
    rows = inputs.extracted(ACTIVITY, bucket)
    order, starts = grouped(numbers(rows, "user_id"))
    days = _days(rows)
    found = np.zeros(days.max(initial=0) + 1, np.int64)
    _count_users(order, starts, days, np.full(len(found), -1, np.int64), found)
    active = np.flatnonzero(found)
    return count_partially("day", NUMBERS.index("active_users"), active, found[active])


@compiled
def _count_users(order: Order, starts: Numbers, days: Numbers, last: Numbers, found: Numbers) -> None:
    """Add up for each day the users, who are runs of rows, that have it; `last` has for each day the last one."""
    for user in range(len(starts) - 1):
        for place in range(starts[user], starts[user + 1]):
            day = days[order[place]]
            if last[day] != user:
                last[day] = user
                found[day] += 1


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The days on which anything happened; all in one bucket."""
    if bucket > 0:
        return
    rows = pa.concat_tables([inputs.extracted(HAPPENED, bucket), inputs.received(bucket)])
    days = np.unique(numbers(rows, "day"))
    counts = [arrow(number, pa.int64()) for number in totals(days, len(NUMBERS), rows, "day")]
    dates = arrow(days.astype(np.int32), pa.date32())
    yield from pa.table([dates, *counts], DAILY_ACTIVITY.arrow).combine_chunks().to_batches()


VIEW = BucketProjection(
    DAILY_ACTIVITY,
    ("events",),
    _merge,
    extracts=(ACTIVITY, HAPPENED),
    exchange=Exchange(partial_counts("day"), _active),
)

"""What happened on each day, retracted later or not."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, arrow, int64s
from pipelines.inputs import BucketInputs, Extract, State
from pipelines.projections import BucketProjection, Chosen, Exchange, Resending
from pipelines.relations.active_days import ACTIVE_DAYS, DAY
from pipelines.relations.arrays import numbers
from pipelines.relations.partial_counts import count_partially, partial_counts, totals
from pipelines.tables import Column, Table

COUNTED = ("registered", "posted", "reposted", "liked", "followed")
ACTIVE_USERS = "active_users"

DAILY_ACTIVITY = Table(
    "daily_activity",
    (
        Column("date", "date", "UTC date of event_time"),
        Column(ACTIVE_USERS, "bigint", "users who did anything"),
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


def _happened_before(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The counts of events as they were."""
    rows = inputs.own_before(DAILY_ACTIVITY, list(DAILY_ACTIVITY.names), bucket)
    days = _numbers_of(rows)
    counted = [(fact, int64s(rows[name])) for fact, name in enumerate(NUMBERS) if name != ACTIVE_USERS]
    return pa.concat_tables(count_partially("day", fact, days, counts) for fact, counts in counted)


def _active(bucket: int, inputs: BucketInputs) -> pa.Table:
    """How many of a bucket's users did anything on each day."""
    counts = np.bincount(_numbers_of(inputs.read(ACTIVE_DAYS, ["date"], bucket)))
    days = np.flatnonzero(counts)
    return count_partially("day", NUMBERS.index(ACTIVE_USERS), days, counts[days])


def _users(bucket: int, inputs: BucketInputs) -> Chosen:
    """The users of a bucket who did anything."""
    return {ACTIVE_DAYS: inputs.touched(ACTIVE_DAYS.name, bucket)}


def _active_before(bucket: int, inputs: BucketInputs) -> pa.Table:
    """How many users did anything on each day, as it was."""
    rows = inputs.own_before(DAILY_ACTIVITY, ["date", ACTIVE_USERS], bucket)
    return count_partially("day", NUMBERS.index(ACTIVE_USERS), _numbers_of(rows), int64s(rows[ACTIVE_USERS]))


def _numbers_of(rows: pa.Table) -> Int64s:
    """The number of each row's date, from 1970 on."""
    return numbers(pa.table({"date": rows["date"].cast(pa.int32())}), "date")


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The days on which anything happened; all in one bucket."""
    if bucket > 0:
        return
    rows = pa.concat_tables([inputs.told(HAPPENED, bucket), inputs.received(bucket)])
    days = np.unique(numbers(rows, "day"))
    counts = [arrow(number, pa.int64()) for number in totals(days, len(NUMBERS), rows, "day")]
    dates = arrow(days.astype(np.int32), pa.date32())
    yield from pa.table([dates, *counts], DAILY_ACTIVITY.arrow).combine_chunks().to_batches()


VIEW = BucketProjection(
    DAILY_ACTIVITY,
    ("events", "active_days"),
    _merge,
    extracts=(HAPPENED,),
    exchange=Exchange(partial_counts("day"), _active, resending=Resending(_users, _active_before)),
    states={HAPPENED.name: State(_happened_before)},
)

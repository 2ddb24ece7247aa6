"""Facts: for each key the event with the greatest (event_time, event_id) decides; ids compare by code points.

The engine brings the events of a bucket together; compiled code folds them, so that nothing is made of their ids but
comparisons, and those only where times are equal.
"""

from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pipelines.compiled import compiled
from pipelines.policy import Policy
from pipelines.projections import Frames, Projection
from pipelines.relations.arrays import Texts, is_before, numbers, texts
from pipelines.sorting import Numbers, Order, order_by
from pipelines.tables import Column as TableColumn
from pipelines.tables import Table

TIME_DIGITS = 18

LAST_EVENT = (
    TableColumn("holds", "boolean", "whether the last event says that the fact holds"),
    TableColumn("event_time", "timestamp", "when the last event happened"),
)

ON_POST = (
    TableColumn("post_id", "bigint", "the post"),
    TableColumn("user_id", "bigint", "who did it"),
    *LAST_EVENT,
)


def last_events(table: Table, given: str, withdrawn: str, *fields: str, to_others: bool = False) -> Projection:
    """The projection of a table that has for each key its last event, of the types `given` and `withdrawn`.

    The events' fields are those of the key, in its order; with `to_others`, what a user does to oneself is no fact.
    """

    def build(frames: Frames) -> DataFrame:
        events = frames["events"].where(F.col("event_type").isin(given, withdrawn))
        if to_others:
            events = events.where(F.col(fields[0]) != F.col(fields[1]))
        key = (F.col(field).alias(name) for field, name in zip(fields, table.key, strict=True))
        return events.select(*key, "event_time", "event_id", (F.col("event_type") == given).alias("holds"))

    return Projection(table, ("events",), build, fold=partial(_last_of_each, table))


def _last_of_each(table: Table, rows: pa.Table, _: Policy) -> pa.Table:
    """The decisive row of each key, by key."""
    keys = [numbers(rows, name) for name in table.key]
    order, starts = grouped(*keys)
    last = np.empty(len(starts) - 1, np.int32)
    _greatest(order, starts, numbers(rows, "event_time"), texts(rows, "event_id"), last)
    return rows.select(table.names).take(pa.array(last))


def grouped(*keys: Numbers) -> tuple[Order, Numbers]:
    """The rows by key, and where each key's rows begin in that order, with the end of the last."""
    order = order_by(*keys)
    differs = np.ones(len(order) + 1, np.bool_)
    if len(order):
        differs[1:-1] = np.logical_or.reduce([np.diff(key[order]) != 0 for key in keys])
    return order, np.flatnonzero(differs)


@compiled
def _greatest(order: Order, starts: Numbers, times: Numbers, ids: Texts, found: Order) -> None:
    """Write of each run of rows the one with the greatest (time, id)."""
    for run in range(len(found)):
        best = order[starts[run]]
        for place in range(starts[run] + 1, starts[run + 1]):
            if is_before(times, ids, best, order[place]):
                best = order[place]
        found[run] = best


def last_given(field: str) -> Column:
    """Aggregate: the value of the field in the last event that gave one.

    The greatest string made of the time in microseconds, padded to TIME_DIGITS, the event's id and the value. The id
    is written in hex and ended by `!`, which sorts below every digit, so that no id is a prefix of another.
    """
    time = F.lpad(F.unix_micros("event_time").cast("string"), TIME_DIGITS, "0")
    ordered = F.concat(time, F.hex(F.encode("event_id", "UTF-8")), F.lit("!"), F.col(field))
    last = F.max(F.when(F.col(field).isNotNull(), ordered))
    return F.regexp_replace(last, r"\A[0-9A-F]*!", "").alias(field)

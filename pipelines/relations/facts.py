"""Facts: for each key the event with the greatest (event_time, event_id) decides; ids compare by code points.

One pass over the log brings the events of a bucket together; compiled code folds them, so that nothing is made of
their ids but comparisons, and those only where times are equal.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, arrow, flags, repeated
from pipelines.compiled import compiled
from pipelines.inputs import BucketInputs, Extract, State
from pipelines.projections import BucketProjection, no_more
from pipelines.relations.arrays import Texts, is_before, numbers, texts
from pipelines.sorting import Numbers, Order, grouped
from pipelines.tables import Column, Table

LAST_EVENT = (
    Column("holds", "boolean", "whether the last event says that the fact holds"),
    Column("event_time", "timestamp", "when the last event happened"),
)

ON_POST = (
    Column("post_id", "bigint", "the post"),
    Column("user_id", "bigint", "who did it"),
    *LAST_EVENT,
)


def last_events(table: Table, given: str, withdrawn: str, *fields: str, to_others: bool = False) -> BucketProjection:
    """The projection of a table that has for each key its last event, of the types `given` and `withdrawn`.

    The events' fields are those of the key, in its order; with `to_others`, what a user does to oneself is no fact.
    """
    schema = table.arrow.append(pa.field("event_id", pa.string()))
    told = partial(_told, schema, given)
    by = table.bucket_by
    extract = Extract(table.name, schema, (*fields, "event_time", "event_id"), told, (given, withdrawn), by)
    merge = partial(_last_of_each, table, extract, to_others=to_others)
    return BucketProjection(
        table,
        ("events",),
        merge,
        extracts=(extract,),
        states={extract.name: State(partial(_stood, table), ((table, "event_time"),))},
        touched=no_more,
    )


def _told(schema: pa.Schema, given: str, event_type: str, events: pa.Table) -> pa.Table:
    """The rows that events of one type give on their keys."""
    *keys, times, ids = events.columns
    holds = flags(np.full(len(events), event_type == given))
    return pa.table([*keys, holds, times, ids], schema)


def _stood(table: Table, bucket: int, inputs: BucketInputs) -> pa.Table:
    """The facts as they were, as events with the least of all ids."""
    rows = inputs.before(table, list(table.names), bucket)
    return rows.append_column("event_id", repeated("", rows.num_rows))


def _last_of_each(
    table: Table, extract: Extract, bucket: int, inputs: BucketInputs, *, to_others: bool
) -> Iterator[pa.RecordBatch]:
    """The decisive row of each key, by key."""
    rows = inputs.told(extract, bucket)
    keys = [numbers(rows, name) for name in table.key]
    order, starts = grouped(*keys)
    last = greatest(order, starts, numbers(rows, "event_time"), texts(rows, "event_id"))
    if to_others:
        last = last[keys[0][last] != keys[1][last]]
    yield from rows.select(table.names).take(arrow(last, pa.int32())).to_batches(128 * 1024)


def greatest(order: Order, starts: Numbers, times: Numbers, ids: Texts, given: Bools | None = None) -> Order:
    """Of each run of rows the one with the greatest (time, id) of those that are `given` (all when None), or -1."""
    found = np.empty(len(starts) - 1, np.int32)
    _greatest(order, starts, times, ids, np.ones(len(order), np.bool_) if given is None else given, found)
    return found


@compiled
def _greatest(order: Order, starts: Numbers, times: Numbers, ids: Texts, given: Bools, found: Order) -> None:
    for run in range(len(found)):
        found[run] = -1
        for place in range(starts[run], starts[run + 1]):
            row = order[place]
            if given[row] and (found[run] < 0 or is_before(times, ids, found[run], row)):
                found[run] = row

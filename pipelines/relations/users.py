"""Every user who ever acted, with the names last given."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Bools, arrow, arrow_where, bools, flags, repeated
from pipelines.inputs import BucketInputs, Extract, State
from pipelines.projections import BucketProjection, no_more
from pipelines.relations.activity import ACTED, ACTIVITY
from pipelines.relations.arrays import numbers, texts
from pipelines.relations.facts import greatest
from pipelines.sorting import Numbers, Order, grouped
from pipelines.tables import Column, Table

NAMES = ("username", "first_name", "last_name", "bio")

USERS = Table(
    "users",
    (
        Column("user_id", "bigint", "the user"),
        *(Column(name, "string", f"the last {name} given", nullable=True) for name in NAMES),
        *(Column(f"{name}_at", "timestamp", f"when the last {name} was given", nullable=True) for name in NAMES),
        Column("joined_at", "timestamp", "time of the first `registered`", nullable=True),
        Column("last_active_at", "timestamp", "time of the user's last event"),
    ),
    key=("user_id",),
    description="Every user who ever acted.",
    bucket_by="user_id",
)
TIME = USERS.arrow.field("joined_at").type

NAMED = pa.schema(
    [
        ("user_id", pa.int64()),
        ("event_time", TIME),
        ("event_id", pa.string()),
        *((name, pa.string()) for name in NAMES),
        ("registered", pa.bool_()),
    ]
)


def _named(event_type: str, events: pa.Table) -> pa.Table:
    """The names that events of one type give their actors."""
    registered = flags(np.full(len(events), event_type == "registered"))
    return pa.table([*events.columns, registered], NAMED)


NAMINGS = Extract(
    "namings",
    NAMED,
    ("actor_id", "event_time", "event_id", *NAMES),
    _named,
    types=("registered", "profile_changed"),
    by="user_id",
)


def _acted_before(bucket: int, inputs: BucketInputs) -> pa.Table:
    """When each user acted last, as it was."""
    return inputs.before(USERS, ["user_id", "last_active_at"], bucket).rename_columns(ACTED.names)


def _named_before(bucket: int, inputs: BucketInputs) -> pa.Table:
    """Each name as it was and the first registration, as events at their times with the least of all ids."""
    rows = inputs.before(USERS, list(USERS.names), bucket)
    return pa.concat_tables([_namings(rows, "joined_at"), *(_namings(rows, f"{name}_at", name) for name in NAMES)])


def _namings(rows: pa.Table, time: str, name: str | None = None) -> pa.Table:
    """Events that give one name, or none and are registrations, to those users who have such a time."""
    rows = rows.filter(pc.is_valid(rows[time]))
    registered = flags(np.full(rows.num_rows, name is None))
    given = {"user_id": rows["user_id"], "event_time": rows[time], "registered": registered}
    given |= {"event_id": repeated("", rows.num_rows)} | ({} if name is None else {name: rows[name]})
    columns = [given.get(one.name, pa.nulls(rows.num_rows, one.type)) for one in NAMED]
    return pa.table(columns, NAMED)


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """Every user who acted, by id, with the time of the last event and the names last given."""
    acted = inputs.told(ACTIVITY, bucket)
    ids, times = numbers(acted, "user_id"), numbers(acted, "event_time")
    order, starts = grouped(ids)
    users = ids[order[starts[:-1]]]
    last = np.maximum.reduceat(times[order], starts[:-1])
    columns = {"user_id": arrow(users, pa.int64()), "last_active_at": arrow(last, TIME)}
    rows = pa.table(columns | _given(users, inputs.told(NAMINGS, bucket)))
    yield from rows.select(USERS.names).to_batches(128 * 1024)


def _given(users: Numbers, namings: pa.Table) -> dict[str, pa.ChunkedArray]:
    """By column, the name that each user gave last and when, and the first registration; the users are all, by id."""
    ids = numbers(namings, "user_id")
    order, starts = grouped(ids)
    places = np.searchsorted(users, ids[order[starts[:-1]]])
    times, event_ids = numbers(namings, "event_time"), texts(namings, "event_id")

    def of_each(when: Numbers, given: Bools) -> pa.Array:
        found = np.full(len(users), -1, np.int32)
        found[places] = greatest(order, starts, when, event_ids, given)
        return _rows(found)

    first = of_each(-times, bools(namings["registered"]))
    columns = {"joined_at": namings["event_time"].take(first)}
    for name in NAMES:
        last = of_each(times, bools(pc.is_valid(namings[name])))
        columns |= {name: namings[name].take(last), f"{name}_at": namings["event_time"].take(last)}
    return columns


def _rows(found: Order) -> pa.Array:
    """The numbers of rows, null where they are -1."""
    return arrow_where(found >= 0, found, pa.int32())


RELATION = BucketProjection(
    USERS,
    ("events",),
    _merge,
    version=2,
    extracts=(ACTIVITY, NAMINGS),
    touched=no_more,
    states={
        ACTIVITY.name: State(_acted_before),
        NAMINGS.name: State(_named_before, tuple((USERS, time) for time in ("joined_at", *(f"{n}_at" for n in NAMES)))),
    },
)

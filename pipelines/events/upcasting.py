"""Upcasting: events are never rewritten, so each is brought to the newest version of its type when it is read."""

from collections.abc import Collection, Mapping
from functools import cache, reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import arrow, flags, int64s, no_rows, with_column
from pipelines.events.contract import EventType, Field
from pipelines.tables import Column, Table

VERSION = "version"


def given_up(types: Collection[EventType]) -> set[str]:
    """The fields that only older versions have."""
    ever = {field.name for event in types for one in event.earlier for field in one.payload}
    return ever - {field.name for event in types for field in event.payload}


def needed(event: EventType, asked: Collection[str]) -> list[str]:
    """The columns of the log that upcasting events of the type needs; none where it changes nothing that is asked."""
    if changed(event).isdisjoint(asked):
        return []
    return [VERSION, *dict.fromkeys(field.name for one in event.earlier for field in one.payload)]


@cache
def changed(event: EventType) -> frozenset[str]:
    """The fields that have other values once events of the type, of any version, are in the newest one."""
    changes = (_changes(event, number, _none_of(one.payload)) for number, one in enumerate(event.earlier, 1))
    return frozenset(name for change in changes for name in change)


def _none_of(payload: tuple[Field, ...]) -> pa.Table:
    """No events, with the fields of a payload."""
    columns = (Column(field.name, field.type, field.description) for field in payload)
    return no_rows(Table("events", tuple(columns), ()).arrow)


def newest(event: EventType, events: pa.Table) -> pa.Table:
    """Events of one type and of any versions, each in the newest, in their order.

    Upcasters are applied one version at a time. Columns that the events lack stay out, what is given up becomes null.
    """
    if not event.earlier:
        return events
    versions = pc.unique(events[VERSION]).to_pylist()
    if len(versions) == 1:
        return _upcasted(event, versions[0], events)
    number = int64s(events[VERSION].cast(pa.int64()))
    parts = [_upcasted(event, version, events.filter(flags(number == version))) for version in versions]
    order = np.argsort(np.concatenate([np.flatnonzero(number == version) for version in versions]), kind="stable")
    return pa.concat_tables([events.slice(0, 0), *parts]).take(arrow(order, pa.int64()))


def _upcasted(event: EventType, version: int, events: pa.Table) -> pa.Table:
    """The events, which are of one version, in the newest one; one that is newer than known stays as it is."""
    for number in range(version, event.version):
        events = reduce(_with, _changes(event, number, events).items(), events)
    return events


def _changes(event: EventType, version: int, events: pa.Table) -> Mapping[str, pa.Array]:
    """What the columns of events of a version become in the next one; those that it has not become null."""
    before, after = ({field.name for field in payload} for payload in event.payloads[version - 1 : version + 1])
    gone = {name: pa.nulls(len(events), events[name].type) for name in before - after}
    number = arrow(np.full(len(events), version + 1, np.int32), pa.int32())
    return {**gone, **event.earlier[version - 1].upcast(events), VERSION: number}


def _with(events: pa.Table, change: tuple[str, pa.Array]) -> pa.Table:
    """The events with a column of theirs changed."""
    name, values = change
    return with_column(events, name, values) if name in events.schema.names else events

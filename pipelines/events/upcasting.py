"""Upcasting: events are never rewritten, so each is brought to the newest version of its type when it is read."""

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pipelines.events import CONTRACT
from pipelines.events.contract import EventType, Field

Cases = list[tuple[Column, Column]]
"""In which rows (the condition) a column becomes what."""


def newest(events: DataFrame, contract: Mapping[str, EventType] = CONTRACT) -> DataFrame:
    """The events of the log, each in the newest version of its type; fields that only older versions have are gone.

    Upcasters are applied one version at a time, those from version 1 first.
    """
    types = contract.values()
    for version in range(1, max(event.version for event in types)):
        events = _upcast(events, version, [event for event in types if event.version > version])
    current = {field.name for event in types for field in event.payload}
    ever = dict.fromkeys(field.name for event in types for one in event.earlier for field in one.payload)
    return events.drop(*(name for name in ever if name not in current))


def _upcast(events: DataFrame, version: int, types: list[EventType]) -> DataFrame:
    """The events, those of these types and this version brought to the next one."""
    changes: dict[str, Cases] = {}
    for event in types:
        rows = (F.col("event_type") == event.name) & (F.col("version") == version)
        for name, value in _changes(event, version).items():
            changes.setdefault(name, []).append((rows, value))
    return events.withColumns({name: _chosen(name, cases) for name, cases in changes.items()})


def _changes(event: EventType, version: int) -> dict[str, Column]:
    """What the columns of a type's events of a version become in the next one; those that it has not become null."""
    before, after = event.payloads[version - 1 : version + 1]
    return {**_nulls(before, after), **event.earlier[version - 1].upcast(), "version": F.lit(version + 1)}


def _nulls(before: tuple[Field, ...], after: tuple[Field, ...]) -> dict[str, Column]:
    """Null for each field that is given up."""
    kept = {field.name for field in after}
    return {field.name: F.lit(None).cast(field.type) for field in before if field.name not in kept}


def _chosen(name: str, cases: Cases) -> Column:
    """The column, but what the cases say in their rows."""
    first, *others = cases
    chosen = reduce(lambda found, case: found.when(*case), others, F.when(*first))
    return chosen.otherwise(F.col(name))

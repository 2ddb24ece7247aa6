"""Upcasting: events are never rewritten, so each is brought to the newest version of its type when it is read."""

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pipelines.events import CONTRACT, PAYLOAD_FIELDS
from pipelines.events.contract import EventType

Step = dict[str, list[tuple[Column, Column]]]
"""By column, in which rows (the condition) it becomes what."""


def newest(events: DataFrame) -> DataFrame:
    """The events of the log, each in the newest version of its type; fields that only older versions have are gone.

    Upcasters are applied one version at a time, those from version 1 first.
    """
    steps = range(1, max(event.version for event in CONTRACT.values()))
    current = {field.name for event in CONTRACT.values() for field in event.payload}
    gone = [field.name for field in PAYLOAD_FIELDS if field.name not in current]
    return reduce(_upcast, steps, events).drop(*gone)


def _upcast(events: DataFrame, version: int) -> DataFrame:
    """The events, those of a version with a next one brought to the next."""
    step: Step = {}
    for event in CONTRACT.values():
        if version < event.version:
            older = (F.col("event_type") == event.name) & (F.col("version") == version)
            for name, value in _changes(event, version).items():
                step.setdefault(name, []).append((older, value))
    return events.withColumns({name: _chosen(name, cases) for name, cases in step.items()})


def _changes(event: EventType, version: int) -> dict[str, Column]:
    """What the columns of a type's events of a version become in the next: fields that the next has not are null."""
    before, after = event.payloads[version - 1 : version + 1]
    lost = {field.name: field.type for field in before} | {field.name: None for field in after}
    nulls = {name: F.lit(None).cast(kind) for name, kind in lost.items() if kind is not None}
    return {**nulls, **event.earlier[version - 1].upcast(), "version": F.lit(version + 1)}


def _chosen(name: str, cases: list[tuple[Column, Column]]) -> Column:
    """The column, another in the rows of each case."""
    (first, value), *others = cases
    chosen = reduce(lambda found, case: found.when(*case), others, F.when(first, value))
    return chosen.otherwise(F.col(name))

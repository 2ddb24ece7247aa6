"""Descriptions: what views, event types and the log say of themselves, as facts that are ready for JSON."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from pipelines.errors import UsageError
from pipelines.events import CONTRACT
from pipelines.events.contract import ENVELOPE, EventType
from pipelines.events.log import ERASURES, LOG, QUARANTINE
from pipelines.invariants import invariants
from pipelines.policy import Policy
from pipelines.projections import AnyProjection
from pipelines.relations import load_relations
from pipelines.tables import Table
from pipelines.views import load_views

Facts = dict[str, Any]


class Unknown(UsageError):
    """Nothing of that name is described."""


def describe(name: str) -> Facts:
    """The facts of a view, an event type, the log or the quarantine. Raises Unknown."""
    found = _described()
    if name not in found:
        raise Unknown(f"nothing is called {name!r}: expected one of {', '.join(found)}")
    return found[name]()


def everything() -> list[Facts]:
    """The facts of all that can be described: views, then event types, then the log and what is beside it."""
    return [facts() for facts in _described().values()]


def relations() -> list[Facts]:
    """The facts of the relations of which the views are made."""
    return [_projection("relation", relation) for relation in load_relations().values()]


def envelope() -> list[Facts]:
    """The fields of every event, whatever its type."""
    return [asdict(field) for field in ENVELOPE]


def _described() -> dict[str, Callable[[], Facts]]:
    return {
        **{name: partial(_projection, "view", view) for name, view in load_views().items()},
        **{name: partial(_event_type, event) for name, event in CONTRACT.items()},
        **{table.name: partial(_table, "table", table) for table in (LOG, QUARANTINE, ERASURES)},
    }


def _table(kind: str, table: Table) -> Facts:
    return {
        "name": table.name,
        "kind": kind,
        "description": table.description,
        "columns": [asdict(column) for column in table.columns],
        "key": list(table.key),
    }


def _projection(kind: str, projection: AnyProjection) -> Facts:
    """A view or a relation; what depends on the policy is told by the default one."""
    table = projection.table
    return {
        **_table(kind, table),
        "order": list(table.order),
        "bucket_by": table.bucket_by,
        "version": projection.version,
        "made_of": list(projection.reads),
        "invariants": list(invariants(projection, Policy())),
    }


def _event_type(event: EventType) -> Facts:
    """An event type with the payload of each of its versions."""
    return {
        "name": event.name,
        "kind": "event type",
        "description": event.description,
        "version": event.version,
        "at_least_one": event.at_least_one,
        "payloads": {number: [asdict(field) for field in payload] for number, payload in enumerate(event.payloads, 1)},
    }

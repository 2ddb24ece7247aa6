"""Acts as lines of events, and lines that are none."""

import json
from typing import Any, Final

from pipelines.clock import moment
from pipelines.producing.network import Act

JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
FAULTS: Final = (
    "cut off",
    "empty",
    "no JSON",
    "not UTF-8",
    "of no type",
    "with another field",
    "without an actor",
    "of no time",
)
"""What may be wrong with a record that is none of an event."""


def event_of(act: Act, event_id: str, time: int) -> dict[str, Any]:
    """The event of an act that was done at a time, in UTC microseconds."""
    event_time = f"{moment(time):%Y-%m-%dT%H:%M:%S.%f}Z"
    common = {"event_id": event_id, "event_type": act.event_type, "event_time": event_time, "actor_id": act.actor_id}
    return common | act.payload


def line_of(event: dict[str, Any]) -> bytes:
    """An event as a line, without its end."""
    return JSON.encode(event).encode()


def faulty(event: dict[str, Any], fault: str) -> bytes:
    """A line with a fault in place of an event, whose id it may have: it owns none."""
    line = line_of(event)
    return {
        "cut off": line[: len(line) // 2],
        "empty": b"",
        "no JSON": b"hello, log",
        "not UTF-8": line.replace(b'"event_id":"', b'"event_id":"\xff', 1),
        "of no type": line_of(event | {"event_type": "waved"}),
        "with another field": line_of(event | {"mood": "fine"}),
        "without an actor": line_of({**event, "actor_id": 0}),
        "of no time": line_of(event | {"event_time": "yesterday"}),
    }[fault]

"""What is said of events that are sent, and of what waits for a release."""

from pipelines.serving.intake.deciding import Kind
from pipelines.serving.schemas.shapes import COUNT, TEXT, TIME, Schema, many, maybe, one_of, record

LINE = COUNT | {"minimum": 1}


def schemas() -> dict[str, Schema]:
    """The answers by name."""
    status = one_of(Kind.TAKEN.value, Kind.AGAIN.value)
    faulty = record(error=TEXT, lines=many(record(line=LINE, faults=many(TEXT))))
    untold = COUNT | {"description": "how many faults had no room"}
    return {
        "Fault": record(error=TEXT),
        "Taken": record(events=many(record(event_id=TEXT, event_time=TIME, status=status))),
        "NotTaken": record(error=TEXT, events=maybe(COUNT), lines=many(record(line=LINE, event_id=TEXT))),
        "Faulty": faulty | {"properties": faulty["properties"] | {"untold_faults": untold}},
        "Version": record(user_id=COUNT, events=COUNT),
        "NotCovered": record(
            error=TEXT,
            event_id=TEXT,
            landing=maybe(COUNT) | {"description": "by which it came into the log"},
            serves=maybe(COUNT) | {"description": "the release that is served"},
            release=maybe(COUNT) | {"description": "the release that will cover it"},
        ),
    }

"""Requests as they are read: each line is judged by the contract, once it has the id and the time that it lacked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.clock import micros
from pipelines.door.bodies import as_lines, refusal
from pipelines.door.lines import NoObject, Pairs, pairs_of
from pipelines.door.strict import canonical, fault_of, fields_or_faults
from pipelines.door.times import latest_at, written
from pipelines.errors import NewsfeedError

EVENT_ID, EVENT_TIME, ACTOR_ID = "event_id", "event_time", "actor_id"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
TAKES = "events: one JSON object, or one a line"


class RefusedError(NewsfeedError):
    """A request is not what it should be; with the number that HTTP has for it, and what is said in all."""

    def __init__(self, status: int, told: str | dict[str, Any]) -> None:
        self.status = status
        self.told: dict[str, Any] = {"error": told} if isinstance(told, str) else told
        super().__init__(self.told["error"])


@dataclass(frozen=True)
class Event:
    """An event of a request, by its number, from 1: what it says, and the line that says it, without a newline.

    Whether its id and its time were made here.
    """

    number: int
    fields: dict[str, Any]
    line: bytes
    has_own_id: bool
    has_own_time: bool

    @property
    def event_id(self) -> str:
        """Its id."""
        return str(self.fields[EVENT_ID])

    @property
    def actor_id(self) -> int:
        """Who did it."""
        return int(self.fields[ACTOR_ID])

    @property
    def time(self) -> int:
        """When it happened, in UTC microseconds."""
        return int(self.fields[EVENT_TIME])

    def at(self, time: int) -> "Event":
        """The same event at another time."""
        fields = self.fields | {EVENT_TIME: time}
        return Event(self.number, fields, canonical(fields), self.has_own_id, self.has_own_time)


def events_of(body: bytes, most: int, new_id: Callable[[], str], clock: int | None = None) -> list[Event]:
    """The events of a body of at most so many lines, in order, at a time of the clock (UTC microseconds), now if None.

    Raises RefusedError: 400 for none, 413 for too many, 422 with every fault of each line that does not fit.
    """
    now = micros(None) if clock is None else clock
    lines = list(_lines(body, most))
    events, faulty = list[Event](), list[tuple[int, tuple[str, ...]]]()
    for number, raw in lines:
        found = _judged(number, raw, new_id, now)
        if isinstance(found, Event):
            events.append(found)
        else:
            faulty.append((number, found))
    if faulty:
        raise RefusedError(422, refusal(faulty, len(lines)))
    if not events:
        raise RefusedError(400, f"expected {TAKES}, found nothing")
    return events


def _lines(body: bytes, most: int) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, by number. Raises RefusedError."""
    found = as_lines(body.removeprefix(BYTE_ORDER_MARK)).split(b"\n")
    if len(found) > most + found.count(b""):
        raise RefusedError(413, f"expected at most {most} lines, found {len(found) - found.count(b'')}")
    for number, raw in enumerate(found, 1):
        line = raw.strip(b" \t\r")
        if line:
            yield number, line


def _judged(number: int, raw: bytes, new_id: Callable[[], str], now: int) -> Event | tuple[str, ...]:
    """The event of a line, or its faults."""
    try:
        pairs = pairs_of(raw)
    except NoObject as fault:
        return (fault_of(fault),)
    made = _lacking(pairs, new_id, now)
    given = (*made.items(), *(pair for pair in pairs if pair[0] not in made))
    fields, faults = fields_or_faults(given, latest_at(now))
    return faults or Event(number, fields, canonical(fields), EVENT_ID in made, EVENT_TIME in made)


def _lacking(pairs: Pairs, new_id: Callable[[], str], now: int) -> dict[str, object]:
    """What a line does not say of its id and its time."""
    said = {name for name, value in pairs if value is not None}
    made = dict[str, object]()
    if EVENT_ID not in said:
        made[EVENT_ID] = new_id()
    if EVENT_TIME not in said:
        made[EVENT_TIME] = written(now)
    return made

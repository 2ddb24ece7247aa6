"""The intake of a server: requests with events go in, and are answered once their events are durable in a segment.

Two threads stand behind it. One asks the log, for all requests that wait at once, which of their events stand there;
the other decides on one request after another, appends what is new of all that wait by one write and one fsync, and
answers. So there is one order of all that is taken, and what a request is answered holds in that order.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from pipelines.characters import printable
from pipelines.door.strict import decoded_or_faults
from pipelines.door.times import LAST
from pipelines.errors import NewsfeedError, is_transient, line_of
from pipelines.serving.intake import contents
from pipelines.serving.intake.deciding import Done, Outcome, Request, decide
from pipelines.serving.intake.ids import Ids
from pipelines.serving.intake.log import NOTHING, Log
from pipelines.serving.intake.reading import Event, RefusedError, events_of
from pipelines.serving.intake.segments import BETWEEN, Segments
from pipelines.serving.intake.stages import Stage
from pipelines.serving.intake.waiting import Waiting, waits_of
from pipelines.storage.lake import Lake

LOGGER = logging.getLogger("pipelines.serving")
AT_ONCE = 1000
"""So many requests are written at once at most."""
IDLE = 0.05
"""The seconds from one look to the next whether a segment is to be sealed, or landed."""


class UnavailableError(NewsfeedError):
    """Nothing was taken, now: the disk is full, the log cannot be read, or too much waits."""

    transient = True


@dataclass(frozen=True)
class Limits:
    """The most bytes and lines of a request, requests that wait to be written, and bytes that wait for a landing."""

    body: int = 1 << 20
    lines: int = 10_000
    requests: int = 10_000
    waiting: int = 256 << 20


@dataclass(frozen=True)
class Counts:
    """What was done since the start, and what waits for a landing: events, their bytes, and segments."""

    taken: int
    writes: int
    failures: int
    events: int
    bytes: int
    segments: int


@dataclass(frozen=True)
class Covered:
    """Where an event is: it waits in a segment, or landed as this landing; else it is not known."""

    waits: bool = False
    landing: int | None = None


class Intake:
    """Takes events into the inbox of a lake, a local folder, until it is closed."""

    def __init__(self, lake: Lake, inbox: str, oldest: float = 1.0, limits: Limits = Limits()) -> None:
        """Take up what a server before left there; segments are sealed once they are that old, in seconds.

        Raises InUseError where another server has the inbox, OSError, DamagedLog, PlaceError.
        """
        self.limits, self._log, self._ids = limits, Log(lake), Ids()
        self._log.look([""])
        contents.prepare()
        self._segments = Segments(inbox, oldest)
        self._waiting = Waiting()
        self._taken = self._writes = self._failures = 0
        self._due = 0.0
        self._lost: list[str] = []
        for name in self._segments.sealed():
            self._waiting.take(_events_in(self._segments.lines(name)), name)
        self._writer: Stage[Request] = Stage("writer", self._write, AT_ONCE, IDLE)
        self._looker: Stage[Request] = Stage("looker", self._look_up, AT_ONCE)

    def take(self, body: bytes, expected: int | None, done: Done) -> None:
        """Take the events of a body, all or none; if a number is expected, only while their actor has so many.

        What became of it is told, by another thread, once it is durable, or why nothing did. Raises RefusedError,
        UnavailableError.
        """
        if len(body) > self.limits.body:
            raise RefusedError(413, f"body: expected at most {self.limits.body} bytes, found more")
        if self._writer.waiting + self._looker.waiting >= self.limits.requests:
            raise UnavailableError(f"more than {self.limits.requests} requests wait; nothing was taken")
        if self._waiting.bytes >= self.limits.waiting:
            raise UnavailableError(f"more than {self.limits.waiting} bytes wait for a landing; nothing was taken")
        events = events_of(body, self.limits.lines, self._ids.new)
        self._put(Request(events, done, None if expected is None else _actor_of(events), expected))

    def number_of(self, actor: int, done: Done) -> None:
        """Tell, by another thread, how many events an actor has, as `present` of the outcome, or why it cannot."""
        self._put(Request((), done, actor))

    def _put(self, request: Request) -> None:
        (self._looker if request.asks_the_log else self._writer).put(request)

    def covered(self, event_id: str) -> Covered:
        """Where an event is. Raises what the log does."""
        if self._waiting.get(event_id) is not None:
            return Covered(waits=True)
        found = self._log.look([event_id]).standing.get(event_id)
        return Covered() if found is None else Covered(landing=found.landing)

    @property
    def counts(self) -> Counts:
        """What was done, and what waits."""
        waiting = self._waiting
        return Counts(self._taken, self._writes, self._failures, len(waiting.of), waiting.bytes, len(waiting.segments))

    def close(self) -> None:
        """Answer what was asked, and let another server have the inbox. Raises OSError."""
        self._looker.end()
        self._writer.end()
        self._fail(self._looker.left(), UnavailableError("the server ends; nothing was taken"))
        self._segments.close()

    def _look_up(self, requests: Sequence[Request]) -> None:
        """Ask the log about all requests at once, and pass them on."""
        if not requests:
            return
        ids = {event.event_id for request in requests for event in request.events if not event.has_own_id}
        actors = {request.actor for request in requests if request.actor is not None}
        try:
            looked = self._log.look(ids, actors)
        except Exception as fault:  # noqa: BLE001 (whatever it is, the requests have an answer, and others go on)
            self._fail(requests, fault)
            return
        for request in requests:
            self._writer.put(replace(request, looked=looked))

    def _write(self, requests: Sequence[Request]) -> None:
        """Decide on requests, append what is new, and answer. What the log says otherwise by now is asked again."""
        try:
            if monotonic() >= self._due:
                self._keep_up()
            decided, stale = self._decided(requests)
            self._append(decided)
        except Exception as fault:  # noqa: BLE001 (as above: nothing of it was appended)
            self._failures += 1
            self._fail(requests, fault)
            return
        for request, outcome, new in decided:
            self._taken += len(new.of)
            request.done(outcome)
        for request in stale:
            self._looker.put(request)

    def _decided(self, requests: Sequence[Request]) -> tuple[list[tuple[Request, Outcome, Waiting]], list[Request]]:
        looked = next((one.looked for one in reversed(requests) if one.looked is not None), NOTHING)
        is_newest = looked is NOTHING or self._log.is_newest(looked)
        decided, stale = list[tuple[Request, Outcome, Waiting]](), list[Request]()
        overlay = Waiting(self._waiting)
        for request in requests:
            if request.looked is not None and not (is_newest and request.looked.version == looked.version):
                stale.append(request)
                continue
            outcome, new = decide(request, overlay, request.looked or NOTHING)
            for event_id, waits in new.of.items():
                overlay.add(event_id, waits)
            decided.append((request, outcome, new))
        return decided, stale

    def _append(self, decided: Sequence[tuple[Request, Outcome, Waiting]]) -> None:
        """Append what is new of requests, durably, and again what somebody took away. Raises OSError."""
        new = [events for _, _, events in decided if events.of]
        again = self._taken_away()
        if not new and not again:
            return
        lines = [*again, *([waits.line for waits in events.of.values()] for events in new)]
        segment = self._segments.append(b"".join(b"\n".join(some) + BETWEEN for some in lines))
        self._writes += 1
        self._waiting.move(self._lost, segment)
        self._lost = []
        for events in new:
            self._waiting.take(events, segment)

    def _taken_away(self) -> list[list[bytes]]:
        """The lines that were acknowledged and will not land, as the segment was taken away in which they were."""
        lost = self._segments.lost()
        if lost is not None:
            self._lost.append(lost)
            told = f"{self._segments.folder}: {lost} was taken away before it was sealed: its events are written again"
            LOGGER.error("%s", printable(told))
        lines = self._waiting.lines_of(self._lost)
        return [lines] if lines else []

    def _keep_up(self) -> None:
        """Seal a segment that is due, and let go of what landed. Raises OSError."""
        self._due = monotonic() + IDLE
        self._append(())
        if self._segments.is_due:
            self._segments.seal()
        there = {*self._segments.sealed(), self._segments.open_name, *self._lost}
        self._waiting.drop([name for name in self._waiting.segments if name not in there])

    def _fail(self, requests: Sequence[Request], fault: Exception) -> None:
        for request in requests:
            request.done(_told(fault))


def _told(fault: Exception) -> Exception:
    """What a request is told of a fault."""
    if isinstance(fault, UnavailableError) or not is_transient(fault):
        return fault
    told = UnavailableError(f"{line_of(fault)}; nothing was taken")
    told.__cause__ = fault
    return told


def _actor_of(events: Sequence[Event]) -> int:
    """The one actor of events that are conditional. Raises RefusedError."""
    actors = {event.actor_id for event in events}
    if len(actors) > 1:
        raise RefusedError(400, f"If-Match: expected events of one actor, found {len(actors)}")
    return actors.pop()


def _events_in(lines: Iterable[bytes]) -> Waiting:
    """The events of a segment that a server before left."""
    found = Waiting()
    for line in lines:
        fields, faults = decoded_or_faults(line, LAST)
        if not faults:
            event = Event(0, fields, line, has_own_id=False, has_own_time=False)
            found.add(event.event_id, waits_of(event))
    return found

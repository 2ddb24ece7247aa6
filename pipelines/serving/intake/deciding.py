"""What becomes of a request: of each event whether it is new, and then whether all of it may be appended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from pipelines.serving.intake import contents
from pipelines.serving.intake.log import Looked, Standing
from pipelines.serving.intake.reading import Event
from pipelines.serving.intake.waiting import Waiting, Waits, waits_of


class Kind(Enum):
    """What became of a request: events are taken, all stood already, some contradict others, or the number is another.

    Of the last two nothing is taken. Of no events all stood.
    """

    TAKEN = "taken"
    AGAIN = "again"
    CONFLICT = "conflict"
    CHANGED = "changed"


@dataclass(frozen=True)
class Told:
    """What is said of an event: its number in the request, its id, when it happened (microseconds), what it is."""

    number: int
    event_id: str
    time: int
    kind: Kind


@dataclass(frozen=True)
class Outcome:
    """What became of a request; how many events its actor has now, if it has one."""

    kind: Kind
    events: tuple[Told, ...]
    present: int | None = None


Done = Callable[[Outcome | Exception], None]
"""Who is told what became of a request, or why nothing did; it is quick, and raises nothing."""


@dataclass(frozen=True)
class Request:
    """Events that are to be taken all at once or not at all; if an actor is given, only while that one has so many.

    Of no events, it is asked how many the actor has. `looked` is what the log says, None until it was asked.
    """

    events: Sequence[Event]
    done: Done
    actor: int | None = None
    expected: int | None = None
    looked: Looked | None = None

    @property
    def asks_the_log(self) -> bool:
        """Whether the log must be asked: no other event has an id that was made here."""
        return self.actor is not None or not all(event.has_own_id for event in self.events)


def decide(request: Request, waiting: Waiting, looked: Looked) -> tuple[Outcome, Waiting]:
    """What becomes of a request where these events wait, and the log says that; and the events to be appended.

    A repeated request has its answer again, whatever number it expects.
    """
    new, told = Waiting(waiting), list[Told]()
    for event in request.events:
        standing = new.get(event.event_id) or looked.standing.get(event.event_id)
        kind, time = (Kind.TAKEN, event.time) if standing is None else _judged(event, standing, looked)
        told.append(Told(event.number, event.event_id, time, kind))
        if kind is Kind.TAKEN:
            new.add(event.event_id, waits_of(event))
    kinds = {one.kind for one in told}
    kind = next((one for one in (Kind.CONFLICT, Kind.TAKEN) if one in kinds), Kind.AGAIN)
    present = None if request.actor is None else _number_of(request.actor, waiting, looked)
    if kind is Kind.TAKEN and present != request.expected:
        kind = Kind.CHANGED
    if kind is not Kind.TAKEN:
        return Outcome(kind, tuple(told), present), Waiting()
    return Outcome(kind, tuple(told), None if present is None else present + len(new.of)), new


def _number_of(actor: int, waiting: Waiting, looked: Looked) -> int:
    """How many events an actor has: of the log, and of those that wait, each once."""
    there = looked.actors[actor]
    return len(there) + waiting.count(actor, there)


def _judged(event: Event, standing: Waits | Standing, looked: Looked) -> tuple[Kind, int]:
    """Whether an event is the one that stands under its id, and when that happened.

    One that came without a time is of the time of the one that stands.
    """
    asked = event.at(standing.time) if event.has_own_time else event
    if isinstance(standing, Waits):
        if standing.line == asked.line:
            return Kind.AGAIN, standing.time
        there, here = contents.hashes([standing.line, asked.line], looked.known).tolist()
    else:
        there, here = standing.content_hash, int(contents.hashes([asked.line], looked.known)[0])
    return (Kind.AGAIN if contents.are_same(there, here) else Kind.CONFLICT), standing.time

"""Events that wait for a landing, by id and by actor: those of segments, and those that are about to be there."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pipelines.serving.intake.reading import Event


@dataclass(frozen=True)
class Waits:
    """An event that waits: its line, who did it, and when it happened (microseconds)."""

    line: bytes
    actor_id: int
    time: int


class Waiting:
    """Events by id; with those of another, if one is given, on which it stands."""

    def __init__(self, below: "Waiting | None" = None) -> None:
        self.of: dict[str, Waits] = {}
        self._below = below
        self._actors: dict[int, set[str]] = defaultdict(set)
        self._segments: dict[str, list[str]] = defaultdict(list)
        self.bytes = 0

    def get(self, event_id: str) -> Waits | None:
        """The event of an id."""
        found = self.of.get(event_id)
        return self._below.get(event_id) if found is None and self._below is not None else found

    def count(self, actor: int, but: Collection[str]) -> int:
        """How many an actor has, but for some ids."""
        own = sum(event_id not in but for event_id in self._actors.get(actor, ()))
        return own + (0 if self._below is None else self._below.count(actor, but))

    def add(self, event_id: str, waits: Waits) -> None:
        """Let an event wait."""
        self.of[event_id] = waits
        self._actors[waits.actor_id].add(event_id)
        self.bytes += len(waits.line)

    def take(self, others: "Waiting", segment: str) -> None:
        """Take in the events that were written to a segment."""
        for event_id, waits in others.of.items():
            self.add(event_id, waits)
        self._segments[segment] += others.of

    def lines_of(self, segments: Iterable[str]) -> list[bytes]:
        """The lines of the events in some segments."""
        return [self.of[event_id].line for name in segments for event_id in self._segments.get(name, ())]

    def move(self, segments: Iterable[str], to: str) -> None:
        """Say that what was in some segments was written to another one."""
        for name in segments:
            self._segments[to] += self._segments.pop(name, [])

    @property
    def segments(self) -> list[str]:
        """The segments in which they are."""
        return list(self._segments)

    def drop(self, segments: Iterable[str]) -> None:
        """Let go of the events of segments that landed."""
        for name in segments:
            for event_id in self._segments.pop(name, ()):
                waits = self.of.pop(event_id)
                self.bytes -= len(waits.line)
                others = self._actors[waits.actor_id]
                others.discard(event_id)
                if not others:
                    del self._actors[waits.actor_id]


def waits_of(event: Event) -> Waits:
    """What waits of an event of a request."""
    return Waits(event.line, event.actor_id, event.time)

"""What of an act comes to a stream: its event, once or twice, at once or behind others, in time or dated back."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, NamedTuple

import numpy as np

from pipelines.producing.lines import FAULTS, event_of, faulty, line_of
from pipelines.producing.network import Network

FARTHEST: Final = 1000
"""A record is held back for so many others at most, and comes again after so many at most."""
MINUTE: Final = 60_000_000
LATEST: Final = 24 * 60
"""So many minutes ago a late event happened at most."""
CHANCES: Final = 1024
"""For so many acts chances are drawn at once."""


class Record(NamedTuple):
    """What is sent: which kind of record it is, whose it is, and its bytes, None for a tombstone.

    Kinds are `event`, `late`, `unordered`, `duplicate`, `tombstone`, and faults.
    """

    kind: str
    key: str
    value: bytes | None


@dataclass(frozen=True)
class Shares:
    """How many of the acts come so, from 0 to 1; those of `poison` and `tombstones` come beside."""

    duplicates: float = 0
    late: float = 0
    unordered: float = 0
    poison: float = 0
    tombstones: float = 0


class Traffic:
    """The records of a network."""

    def __init__(self, users: int, seed: int, shares: Shares, time_of: Callable[[int], int]) -> None:
        """The acts of this seed happen at the times, in UTC microseconds, that `time_of` gives for their numbers."""
        self._acts, self._seed, self._shares, self._time_of = Network(users, seed).acts(), seed, shares, time_of
        self._rng = np.random.default_rng([seed, 1])
        self._held: list[tuple[int, int, Record]] = []
        self._places = count()

    def records(self) -> Iterator[tuple[Record, ...]]:
        """What comes with each act, without end: records that were held back until now, and its own."""
        for number, chances in enumerate(self._chances()):
            due = []
            while self._held and self._held[0][0] <= number:
                due.append(heapq.heappop(self._held)[2])
            yield (*due, *self._of_act(number, *chances))

    def rest(self) -> Iterator[Record]:
        """What is still held back."""
        while self._held:
            yield heapq.heappop(self._held)[2]

    def _chances(self) -> Iterator[list[float]]:
        while True:
            yield from self._rng.random((CHANCES, 6)).tolist()

    def _of_act(
        self, number: int, arrival: float, far: float, again: float, gap: float, wrong: float, empty: float
    ) -> Iterator[Record]:
        """The records of an act that come at once; others are held back."""
        act, shares, time = next(self._acts), self._shares, self._time_of(number)
        is_late, is_unordered = arrival < shares.late, shares.late <= arrival < shares.late + shares.unordered
        if is_late:
            time -= round(MINUTE * LATEST**far)
        event = event_of(act, f"{self._seed:x}-{number:x}", time)
        kind = "late" if is_late else "unordered" if is_unordered else "event"
        record = Record(kind, str(act.actor_id), line_of(event))
        if is_unordered:
            self._hold(number, far, record)
        else:
            yield record
        if again < shares.duplicates:
            self._hold(number, gap, record._replace(kind="duplicate"))
        yield from self._beside(event, record.key, wrong, empty)

    def _hold(self, number: int, far: float, record: Record) -> None:
        """Let a record come later: half of them within some 30 acts."""
        due = number + round(FARTHEST**far)
        heapq.heappush(self._held, (due, next(self._places), record))

    def _beside(self, event: dict[str, Any], key: str, wrong: float, empty: float) -> Iterator[Record]:
        """What comes beside an event and is none."""
        if wrong < self._shares.poison:
            fault = FAULTS[int(wrong / self._shares.poison * len(FAULTS))]
            yield Record(fault, key, faulty(event, fault))
        if empty < self._shares.tombstones:
            yield Record("tombstone", key, None)

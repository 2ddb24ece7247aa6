"""Traffic goes to a stream, at a steady rate, until there was enough of it or somebody says so."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from time import monotonic, sleep
from typing import Final

from pipelines.producing.target import Target
from pipelines.producing.traffic import Record, Traffic

TICK: Final = 0.01
"""Seconds between the acts of one time and those of the next."""
BEHIND: Final = 1.0
"""Seconds by which a stream that was slow is caught up with; what is behind them is let go."""
AT_ONCE: Final = 1000
"""So many acts go between two looks at the clock where there is no rate."""
TOLD_EVERY: Final = 5.0
"""Seconds."""
TAKEN_WITHIN, TOLD_TO_END = 25.0, 8.0
"""Seconds that a stream has for what it was sent; less where the command was told to end, which then must, soon."""


@dataclass(frozen=True)
class Limits:
    """How many acts a second, as fast as it goes when 0; ends after so many acts or seconds, or when it is told."""

    rate: float
    acts: int | None
    seconds: float | None
    is_over: Callable[[], bool]


@dataclass
class Produced:
    """How many acts were produced, as how many records of each kind, within how many seconds."""

    acts: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def records(self) -> int:
        """Of all kinds."""
        return self.kinds.total()


def produce(traffic: Traffic, target: Target, limits: Limits, tell: Callable[[Produced], None]) -> Produced:
    """Send traffic until a limit, then what was held back until then, and wait until all of it is taken.

    Every few seconds `tell` is told how far it is. Raises PlaceError.
    """
    done, acts, begin, told = Produced(), traffic.records(), monotonic(), 0.0
    for due in _due(limits, begin):
        for records in islice(acts, due):
            _send(records, target, done)
        target.keep_up()
        done.acts, done.seconds = done.acts + due, monotonic() - begin
        if done.seconds - told >= TOLD_EVERY:
            tell(done)
            told = done.seconds
    _send(traffic.rest(), target, done)
    target.finish(TAKEN_WITHIN if not limits.is_over() else TOLD_TO_END)
    done.seconds = monotonic() - begin
    return done


def _send(records: Iterator[Record] | tuple[Record, ...], target: Target, done: Produced) -> None:
    for record in records:
        target.send(record)
        done.kinds[record.kind] += 1


def _due(limits: Limits, begin: float) -> Iterator[int]:
    """How many acts are due, again and again until the end."""
    done, owed, before = 0, 0.0, begin
    ends = float("inf") if limits.seconds is None else begin + limits.seconds
    while (now := monotonic()) < ends and done != limits.acts and not limits.is_over():
        owed = min(owed + (now - before) * limits.rate, max(1.0, BEHIND * limits.rate))
        before, due = now, int(owed) if limits.rate else AT_ONCE
        due = due if limits.acts is None else min(due, limits.acts - done)
        yield due
        owed, done = owed - due, done + due
        if limits.rate:
            sleep(TICK)

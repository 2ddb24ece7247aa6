"""Following sources: what comes lands, and is released, again and again, each at its own pace."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Protocol, TypeVar

from pipelines.errors import is_transient, line_of
from pipelines.landing.report import Landing
from pipelines.memory import give_back
from pipelines.runs.planning import NothingLanded
from pipelines.runs.run import Run

T = TypeVar("T")


@dataclass(frozen=True)
class Pace:
    """The seconds from one landing to the next, and from one run to the next, None: no runs."""

    land: float
    run: float | None = None


class Told(Protocol):
    """Who is told of each step."""

    def landed(self, landing: Landing, seconds: float) -> None:
        """A landing is done."""

    def ran(self, run: Run, seconds: float) -> None:
        """A run is done."""

    def failed(self, line: str) -> None:
        """A step failed, and will be tried again."""


def follow(pace: Pace, land: Callable[[], Landing], run: Callable[[], Run], told: Told) -> None:
    """Land and run for ever. A run comes after a landing, once events may wait for one.

    The first landing has to succeed; after it what may pass is told, and tried again. Raises whatever does not pass.
    """
    due, run_due, waits = monotonic(), monotonic(), True
    landing: Landing | None = _timed(land, told.landed)
    while True:
        waits |= landing is not None and landing.number is not None
        if pace.run is not None and waits and monotonic() >= run_due:
            run_due = max(run_due + pace.run, monotonic())
            waits = not _unless_passing(lambda: _ran(run, told), told)
        due = max(due + pace.land, monotonic())
        sleep(max(0.0, due - monotonic()))
        landing = _unless_passing(lambda: _timed(land, told.landed), told)


def _ran(run: Callable[[], Run], told: Told) -> bool:
    """Run; whether nothing waits for a release any more."""
    with suppress(NothingLanded):
        _timed(run, told.ran)
    return True


def _timed(step: Callable[[], T], told: Callable[[T, float], None]) -> T:
    start = monotonic()
    done = step()
    told(done, monotonic() - start)
    give_back()
    return done


def _unless_passing(step: Callable[[], T], told: Told) -> T | None:
    """What a step gives; None when it failed by something that may pass, which is told."""
    try:
        return step()
    except Exception as fault:
        if not is_transient(fault):
            raise
        told.failed(line_of(fault))
        return None

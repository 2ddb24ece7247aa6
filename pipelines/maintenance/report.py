"""The report of a maintenance: what was done, step by step, and what could not be."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pipelines.errors import NewsfeedError


@dataclass
class Step:
    """What is done: how many, the bytes that are free then, or after the grace period, and those that are written."""

    what: str
    count: int = 0
    freed: int = 0
    later: int = 0
    written: int = 0


@dataclass
class Report:
    """What was done, or would be, step by step; `faults` says a line each what could not be."""

    steps: dict[str, Step] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, what: str, count: int = 0, *, freed: int = 0, later: int = 0, written: int = 0) -> None:
        """Add to a step."""
        step = self.steps.setdefault(what, Step(what))
        step.count, step.freed = step.count + count, step.freed + freed
        step.later, step.written = step.later + later, step.written + written

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Tell what fails, and go on."""
        try:
            yield
        except NewsfeedError as fault:
            self.faults += [told for told in [str(fault)] if told not in self.faults]

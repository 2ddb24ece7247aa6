"""The steps of a run: told when they begin, timed until they end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pipelines.errors import happened_in

Progress = Callable[[str, int | None], None]
"""Is called with what begins, and the number of the release that it is for, where that is known."""


@dataclass
class Steps:
    """Tells of each step when it begins, and how many seconds it took."""

    progress: Progress
    release: int | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step; a fault knows in which it happened."""
        self.progress(name, self.release)
        start = time.perf_counter()
        try:
            yield
        except Exception as fault:
            happened_in(fault, name)
            raise
        self.seconds[name] = round(time.perf_counter() - start, 4)

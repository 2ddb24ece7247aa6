"""Ids of events that come without one: UUIDv7 (RFC 9562), each greater than all that this process made before."""

import os
import threading
import time
import uuid
from collections.abc import Callable

COUNTER = 12
"""The bits behind the milliseconds that count within one; where they are used up, the next millisecond begins."""
RANDOM = 62
AT_ONCE = 512
"""For so many ids the system is asked for chance at once: each time other threads may come between."""


class Ids:
    """Makes ids; `clock` tells the nanoseconds since 1970."""

    def __init__(self, clock: Callable[[], int] = time.time_ns) -> None:
        self._clock = clock
        self._last = 0
        self._chance: list[int] = []
        self._lock = threading.Lock()

    def new(self) -> str:
        """An id that no other event has, greater than the one before, also where the clock went back."""
        now = (self._clock() // 1_000_000) << COUNTER
        with self._lock:
            self._last = max(now, self._last + 1)
            ticks = self._last
            chance = self._chance.pop() if self._chance else self._more()
        of_time, count = ticks >> COUNTER, ticks & ((1 << COUNTER) - 1)
        return str(uuid.UUID(int=of_time << 80 | 7 << 76 | count << 64 | 2 << RANDOM | chance))

    def _more(self) -> int:
        """A random number, and others for the next ids."""
        some = memoryview(os.urandom(8 * AT_ONCE)).cast("Q")
        self._chance = [one >> (64 - RANDOM) for one in some]
        return self._chance.pop()

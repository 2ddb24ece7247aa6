"""A stage: a thread that takes all that waits for it at once, and works on it."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class Stage(Generic[T]):
    """A thread that works on what is put, at most so much at once, and on nothing when none came for `idle` seconds.

    The work raises nothing.
    """

    def __init__(self, name: str, work: Callable[[Sequence[T]], None], most: int, idle: float | None = None) -> None:
        self._work, self._most, self._idle = work, most, idle
        self._waiting: SimpleQueue[T | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, one: T) -> None:
        """Let something be worked on."""
        self._waiting.put(one)

    @property
    def waiting(self) -> int:
        """How much waits, about."""
        return self._waiting.qsize()

    def end(self) -> None:
        """Work on what was put before, then end."""
        self._waiting.put(None)
        self._thread.join()

    def left(self) -> list[T]:
        """What was put since the end."""
        return [one for one in self._some(0) if one is not None]

    def _run(self) -> None:
        is_ended = False
        while not is_ended:
            some = self._some(self._idle)
            is_ended = None in some
            self._work([one for one in some if one is not None])

    def _some(self, idle: float | None) -> list[T | None]:
        """What waits; for the first it is waited that long."""
        found = list[T | None]()
        with suppress(Empty):
            found.append(self._waiting.get(timeout=idle))
            while found[-1] is not None and len(found) < self._most:
                found.append(self._waiting.get_nowait())
        return found

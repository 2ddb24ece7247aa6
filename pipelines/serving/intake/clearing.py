"""Clearing: segments that landed go, now and then, until the server ends."""

import logging
from threading import Event, Thread

from pipelines.characters import printable
from pipelines.errors import line_of
from pipelines.serving.intake.landed import SHARE, Landed

LOGGER = logging.getLogger("pipelines.serving")
EVERY = 60.0
"""The most seconds from one look to the next, and so from an erasure until what it concerns is gone."""


class Clearing:
    """A thread that takes away which of the segments that landed go; what fails is told once, and tried again."""

    def __init__(self, landed: Landed, keep: float) -> None:
        self._landed, self._pause = landed, min(EVERY, keep / SHARE)
        self._ends, self._fault = Event(), ""
        self._thread = Thread(target=self._run, name="clearing", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Take nothing more away."""
        self._ends.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ends.is_set():
            fault = self._clear()
            if fault and fault != self._fault:
                LOGGER.error("%s", printable(f"segments that landed are not cleared: {fault}; it is tried again"))
            self._fault = fault
            self._ends.wait(self._pause)

    def _clear(self) -> str:
        """What fails, in one line."""
        try:
            self._landed.clear()
        except Exception as fault:  # noqa: BLE001 (whatever it is, events are taken, and landed, all the same)
            return line_of(fault)
        return ""

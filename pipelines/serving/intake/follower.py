"""Landings and runs of what a server takes: `newsfeed follow` as a process beside it, so that neither waits for Python.

It ends with the server, however that ends, and is started again when it dies.
"""

import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic

LOGGER = logging.getLogger("pipelines.serving")
SCRIPT = "from newsfeed_pipelines import script; script()"
HOME = Path(__file__).parents[3]
FIRST, LAST = 1.0, 30.0
"""The seconds to the first start after it died, and at most, doubled each time."""
STEADY = 60.0
"""Who lived for so many seconds is started again after as few as at first."""
GRACE = 15.0
"""The seconds in which it ends once it is told to."""


def command_of(inbox: str, done: str, root: str, land_every: float, run_every: float | None) -> list[str]:
    """The command that lands what is sealed in an inbox, and runs, every so many seconds."""
    runs = [] if run_every is None else ["--run-every", f"{run_every * 1000:.0f}ms"]
    every = ["--every", f"{land_every * 1000:.0f}ms"]
    words = ["follow", inbox, "--done", done, "--settled", "0", "--root", root, *every, *runs]
    return [sys.executable, "-c", SCRIPT, *words]


class Follower:
    """Keeps a command running until its end."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._ends = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="follower", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The process that runs now, if one does."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    def end(self) -> None:
        """Tell it to end, and wait until it did."""
        self._ends.set()
        self._thread.join()

    def _keep(self) -> None:
        """Start it, again and again: the thread that does it is the parent with which it ends."""
        pause = FIRST
        while not self._ends.is_set():
            began = monotonic()
            told = self._run()
            if self._ends.is_set():
                return
            pause = FIRST if monotonic() - began >= STEADY else pause
            LOGGER.error("landings stopped: %s; they are begun again in %.0f s", told, pause)
            self._ends.wait(pause)
            pause = min(2 * pause, LAST)

    def _run(self) -> str:
        """Run it until it ends or is to end; how it ended."""
        tied = [sys.executable, "-m", "pipelines.serving.intake.tied", str(os.getpid()), *self._command]
        paths = [str(HOME), *filter(None, [os.environ.get("PYTHONPATH")])]
        settings = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
        nothing = subprocess.DEVNULL
        try:
            self._process = subprocess.Popen(  # noqa: S603 (the server's own command)
                tied, stdin=nothing, stdout=nothing, env=settings, start_new_session=True
            )
        except OSError as fault:
            return f"cannot start `newsfeed follow`: {fault.strerror}"
        while not self._ends.is_set():
            with suppress(subprocess.TimeoutExpired):
                return f"`newsfeed follow` ended with {self._process.wait(0.1)}"
        self._process.terminate()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        return "it was told to"

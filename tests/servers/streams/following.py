"""`newsfeed follow` as a process of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic

from tests.surroundings import HEARING, environment

ROOT = Path(__file__).parents[3]
SCRIPT = "from pipelines.cli import script; script()"
PATIENCE = 90
"""The seconds in which something has to happen on a busy machine."""


class Following:
    """A process that follows a source; what it tells is read beside."""

    def __init__(self, lake, *sources, every="200ms", run_every=None, given=()):
        command = [*HEARING, sys.executable, "-c", SCRIPT, "follow", *sources, "--root", lake.root, "--json"]
        command += ["--every", every, *([] if run_every is None else ["--run-every", run_every]), *given]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdout=pipe, stderr=pipe, text=True, env=environment(PYTHONPATH=str(ROOT))
        )
        self.said = []
        self.faults = SimpleQueue()
        self.told = SimpleQueue()
        self._read(self.process.stdout, lambda line: self.told.put(json.loads(line)))
        self._read(self.process.stderr, self.faults.put)

    def _read(self, stream, take):
        def read():
            for line in stream:
                take(line)

        threading.Thread(target=read, daemon=True).start()

    def wait_for(self, kind, met=lambda said: True):
        """What it next says of a kind that meets a condition."""
        deadline = monotonic() + PATIENCE
        while monotonic() < deadline:
            with suppress(Empty):
                said = self.told.get(timeout=1)
                self.said.append(said)
                if kind in said and met(said[kind]):
                    return said[kind]
                continue
            assert self.process.poll() is None, drained(self.faults)
        raise AssertionError(f"it did not tell {kind!r} in {PATIENCE} seconds, but {self.said}, {drained(self.faults)}")

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def end(self):
        """Tell it to end; its exit code, and what it said then."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        return code, self.wait_for("ended") if code == 0 else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


def drained(queue):
    """All that is in a queue."""
    found = []
    with suppress(Empty):
        while True:
            found.append(queue.get_nowait())
    return found

"""Commands that take turns: each goes on to its next point, where it stops, while all others are stopped."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.landing.lines import CLOCK
from tests.landing.processes import ROOT
from tests.orders.history import History

MAINTAIN = {"keep": 1, "grace": 0}
"""A maintenance that leaves as little as it may."""


class Turns:
    """The process that starts and wakes commands."""

    def __init__(self):
        command = [sys.executable, str(Path(__file__).with_name("turns.py"))]
        settings = os.environ | {"PYTHONPATH": str(ROOT)}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=settings, text=True)

    def take(self, turn):
        """Start a job or wake a process; where it is then."""
        self.process.stdin.write(json.dumps(turn) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Command:
    """A command that has not begun yet, is stopped at a point, or has ended."""

    def __init__(self, turns, what, stops=(), **given):
        self.turns, self.what, self.at, self.number = turns, what, "not begun", None
        self.job = {"what": what, "stops": stops, **given}

    @property
    def has_begun(self):
        return self.number is not None

    @property
    def has_ended(self):
        return self.at is None

    def go_on(self, lake):
        """Go on to the next point, or the end."""
        clock = CLOCK if self.what == "land" else datetime.now(UTC)
        first = {**self.job, "root": lake.root, "clock": clock.isoformat()}
        turn = {"number": self.number, "signal": "SIGCONT"} if self.has_begun else first
        said = self.turns.take(turn)
        self.number, self.at = said["number"], said["at"]
        if self.has_ended:
            require_clear(self.what, said)
            self.result = said["result"]

    def kill(self):
        """Kill it at its point; nothing where it has ended without coming to that."""
        if not self.has_ended:
            assert self.turns.take({"number": self.number, "signal": "SIGKILL"})["signal"] == signal.SIGKILL


def require_clear(what, said):
    """A command ended well, or with one line that says why not."""
    assert said["signal"] is None, f"{what} ended by signal {said['signal']}"
    result = said["result"]
    assert result is not None, f"{what} fell with a traceback"
    if "error" in result:
        assert (result["exit_code"], result["says"].count("\n")) == (1, 0), result
        assert result["error"] in ("Conflict", "GaveUp"), result
    assert what != "maintain" or result["faults"] == [], result


def play(lake, commands, drawn):
    """Let commands take turns, by a function that draws one of those that have not ended; which, and where it was."""
    history, trace = History(lake), []
    while going := [one for one in commands if not one.has_ended]:
        one = drawn(going)
        one.go_on(lake)
        trace.append((commands.index(one), one.what, one.at or one.result))
        history.look()
    return trace

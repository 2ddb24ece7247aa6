"""A program that starts commands in forks which stop themselves (SIGSTOP) at named points, and wakes one at a time.

It reads a turn as a line of JSON, a job to start or a signal for a process (SIGCONT, SIGKILL), and writes as another
where that stopped next, or the signal that ended it and its result.
"""

import json
import os
import signal
import sys
from functools import partial

import pytest

from pipelines.maintenance import needs
from pipelines.storage import trimming
from tests.landing.forks import do, interrupt_at, load
from tests.laws.worlds import in_small_files

ROWS = 4
"""How many rows a data file has, about, so that a table that grows has many."""
LONGEST = 300
"""Seconds that a command may take, with all for which it is stopped."""


def stop(pipe, point):
    """Say at which point this process is, and stop until it is woken."""
    os.write(pipe, (json.dumps(point) + "\n").encode())
    os.kill(os.getpid(), signal.SIGSTOP)


def work(job, pipe):
    """Do a job that stops at its points; nothing is kept from maintenance for clocks that differ."""
    signal.alarm(LONGEST)
    needs.SKEW, trimming.BEHIND = needs.SKEW * 0, 1
    for point in job["stops"]:
        interrupt_at(*point, partial(stop, pipe, point))
    os.write(pipe, (json.dumps(do(job)) + "\n").encode())
    os._exit(0)


def start(job):
    """A fork that does a job, and the pipe on which it says what becomes of it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        work(job, writer)
    os.close(writer)
    return child, os.fdopen(reader)


def outcome(child, pipe):
    """Where a process stopped, or how it ended, whichever comes first."""
    _, status = os.waitpid(child, os.WUNTRACED)
    said = pipe.readline()
    if os.WIFSTOPPED(status):
        return {"number": child, "at": json.loads(said)}
    died = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    return {"number": child, "at": None, "signal": died, "result": json.loads(said or "null")}


def main():
    """Give each turn of standard input."""
    load()
    in_small_files(pytest.MonkeyPatch(), ROWS)
    pipes = {}
    for text in sys.stdin:
        turn = json.loads(text)
        if "number" in turn:
            child = turn["number"]
            os.kill(child, signal.Signals[turn["signal"]])
        else:
            child, pipe = start(turn)
            pipes[child] = pipe
        print(json.dumps(outcome(child, pipes[child])), flush=True)


if __name__ == "__main__":
    main()

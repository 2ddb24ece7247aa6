"""Other processes that land and run: at once with each other, or killed on the way."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from tests.landing.lines import CLOCK

ROOT = Path(__file__).parents[2]
KILLED = {"signal": 9, "result": None}
ENDED = {"signal": None, "result": "ended by SIGTERM"}


class Process:
    """A process that does one job after another."""

    def __init__(self):
        command = [sys.executable, str(Path(__file__).with_name("forks.py"))]
        settings = os.environ | {"PYTHONPATH": str(ROOT)}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=settings, text=True)

    def start(self, lake, what, **given):
        job = {"what": what, "root": lake.root, "clock": CLOCK.isoformat(), **given}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()

    def outcome(self):
        """What became of the job: the signal that ended it, or its result."""
        return json.loads(self.process.stdout.readline())

    def do(self, lake, what, **given):
        self.start(lake, what, **given)
        return self.outcome()


@pytest.fixture(scope="session")
def processes():
    """Two processes."""
    both = Process(), Process()
    yield both
    for one in both:
        one.process.stdin.close()
        one.process.wait()


@pytest.fixture
def at_once(processes, tmp_path):
    """A function that does two jobs at once, each given as lake, what, and what else it says."""

    def start_and_wait(*jobs):
        meet = tmp_path / uuid.uuid4().hex
        meet.mkdir()
        for process, (lake, what, given) in zip(processes, jobs, strict=True):
            process.start(lake, what, meet=str(meet), **given)
        outcomes = [process.outcome() for process in processes]
        assert [outcome["signal"] for outcome in outcomes] == [None, None]
        return [outcome["result"] for outcome in outcomes]

    return start_and_wait


@pytest.fixture
def killed(processes):
    """A function that does a job which is killed on the way."""

    def do(lake, what, kill, **given):
        assert processes[0].do(lake, what, kill=kill, **given) == KILLED

    return do


@pytest.fixture
def ended(processes):
    """A function that does a job which is told to end (TERM) on the way."""

    def do(lake, what, end, **given):
        assert processes[0].do(lake, what, end=end, **given) == ENDED

    return do

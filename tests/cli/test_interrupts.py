"""Ctrl-C ends a command at once, with one word and exit code 130, and nothing half done stays."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.landing.lines import file_of, line
from tests.surroundings import HEARING, environment

PATIENCE = 60
"""Seconds after which a command is killed that goes on; each of those below would go on for longer."""
MANY = "(SELECT value FROM generate_series(1, 1000000))"
ENDLESS = [
    f"SELECT count(*) FROM {MANY} a, {MANY} b WHERE sqrt(a.value * 1.0) > sqrt(b.value * 3.0)",
    f"SELECT a.value FROM {MANY} a, {MANY} b WHERE a.value * b.value < 0",
    f"SELECT a.value FROM {MANY} a, {MANY} b",
]
IMPORTED = 1
"""Seconds of processor time after which a command is at its work."""


def interrupted(command, ready, **pipes):
    """What a command says, and its exit code, that is interrupted as soon as it is ready."""
    program = [*HEARING, sys.executable, "-c", "from pipelines.cli import script; script()", *command]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE} | pipes
    with subprocess.Popen(program, env=environment(), text=True, **pipes) as process:
        try:
            while not ready(process.pid) and process.poll() is None:
                time.sleep(0.001)
            process.send_signal(signal.SIGINT)
            return process.wait(PATIENCE), process.stderr.read()
        finally:
            process.kill()


def busy(pid):
    """Whether a process took more of the processor than its imports need."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) > IMPORTED * os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("query", ENDLESS)
def test_a_query_without_end_is_interrupted(told, query):
    assert interrupted(["sql", query, "--root", told.root], busy) == (130, "interrupted\n")


def test_a_landing_that_waits_for_lines_is_interrupted_and_leaves_nothing(tmp_path):
    ready = lambda _: any(tmp_path.glob("_scratch/*"))  # noqa: E731
    assert interrupted(["land", "-", "--root", str(tmp_path)], ready) == (130, "interrupted\n")
    assert not any(tmp_path.glob("_scratch/*"))


def test_a_run_is_interrupted_and_the_next_one_publishes(call, told, tmp_path):
    root = tmp_path / "lake"
    shutil.copytree(told.root, root)
    call("land", file_of(tmp_path / "a", line("e-new")), "--root", root)
    ready = lambda _: any(root.glob("_scratch/*/*"))  # noqa: E731
    assert interrupted(["run", "--root", str(root)], ready) == (130, "interrupted\n")
    assert not any(root.glob("_scratch/*"))
    assert call("run", "--root", root).out.startswith("release 3 covers 12 events")


DEAF = """
import sys, time
from contextlib import suppress
from pipelines.cli import signals
signals.GRACE = 0.5
with signals.heard():
    with suppress(BaseException):  # as libraries have it where they try what may not be there
        print("here", flush=True)
        time.sleep(60)
    time.sleep(60)
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_that_a_library_swallows_ends_the_process_all_the_same(number, code):
    command = [*HEARING, sys.executable, "-c", DEAF]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "here\n"
            process.send_signal(number)
            assert process.wait(20) == code
        finally:
            process.kill()

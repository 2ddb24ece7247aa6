"""Helpers, the processes that compile ahead: one command has them at a time, and does without those that fail."""

import os
import subprocess
import sys

import pytest

from pipelines.cores import cores
from tests.test_compiled import PROJECT, PYTHON, done

pytestmark = pytest.mark.skipif(cores() == 1, reason="on one core there are no helpers")

GIVEN = """
import gc, subprocess, sys, threading
from pipelines.compiled import ahead, signatures
import pipelines.sorting
ahead.FEW, ahead.PATIENCE, ahead.HELPER = 0, 1, sys.argv[1]
needed = [entry for entry in signatures.entries() if entry[0] == "sorting"]
ahead._start_helpers()
"""
NEEDED = """
while not ahead._work.begun:
    pass
for entry in needed:
    ahead._compile(entry)
while threading.active_count() > 1:
    pass
print(*(len(signatures.resolved(entry)[0].overloads) for entry in needed))
print(sum(isinstance(one, subprocess.Popen) for one in gc.get_objects()))
"""
HELD = """
ahead.PATIENCE = 1000
while threading.active_count() > 1 and not ahead._work.begun:
    pass
print(len(ahead._work.begun), flush=True)
"""
HANGS = "import sys; sys.stdin.read()"


@pytest.mark.parametrize("helper", [HANGS, "", "input()", "print(input()); input()"])
def test_what_a_helper_hangs_at_or_dies_of_is_compiled_without_it(tmp_path, helper):
    printed, _ = done([*PYTHON, GIVEN + NEEDED, helper], NUMBA_CACHE_DIR=str(tmp_path))
    assert printed == "1 2 2\n0\n"


def test_one_process_at_a_time_has_helpers(tmp_path):
    settings = os.environ | {"PYTHONPATH": str(PROJECT), "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", GIVEN + HELD + "input()", HANGS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=settings) as first:
        assert first.stdout.readline() == b"1\n"
        assert done([*PYTHON, GIVEN + HELD, HANGS], NUMBA_CACHE_DIR=str(tmp_path))[0] == "0\n"
        first.stdin.close()
    assert done([*PYTHON, GIVEN + HELD, HANGS], NUMBA_CACHE_DIR=str(tmp_path))[0] == "1\n"

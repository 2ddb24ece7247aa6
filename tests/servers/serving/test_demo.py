"""`make serve-demo`: what is posted is seen, and an interrupt ends it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.surroundings import HEARING

pytestmark = pytest.mark.servers
PROJECT = Path(__file__).parents[3]
SEEN = "It was seen "


def test_what_is_posted_is_seen_and_an_interrupt_ends_it(tmp_path):
    (tmp_path / "data").symlink_to(tmp_path)
    (tmp_path / "ldbc-snb-test").symlink_to(PROJECT / "data" / "ldbc-snb-test")
    command = [*HEARING, sys.executable, "-m", "tests.servers.serve_demo", "--port", "0"]
    env = os.environ | {"PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as demo:
        said = []
        for line in demo.stdout:
            said.append(line)
            if line.startswith("Ctrl-C"):
                demo.send_signal(signal.SIGINT)
    assert demo.returncode == 0, said
    assert any(line.startswith(SEEN) for line in said), said
    assert not [line for line in said if "Traceback" in line or "error" in line], said

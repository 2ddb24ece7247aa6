"""`make stream-demo`, a shorter one: it ends by itself with what is served and how fresh it is, and nothing runs on."""

import re
import subprocess
import sys

import pytest

from tests.servers.kafka import Kafka
from tests.servers.streams.following import ROOT
from tests.surroundings import environment

pytestmark = pytest.mark.servers


def test_what_is_produced_lands_and_is_released_and_all_is_stopped(tmp_path):
    command = [sys.executable, "-m", "tests.servers.stream_demo", "--seconds", "5"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    assert re.search(r"^produced     ([\d,]+) events as", done.stdout, re.MULTILINE)
    assert re.search(r"Z release \d+ of [\d,]+ events in [\d.]+ s, the newest [\d.]+ s old$", done.stdout, re.MULTILINE)
    assert re.search(r"Z ended after \d+ landings and \d+ releases?$", done.stdout, re.MULTILINE)
    assert re.search(r"^release     \d+, .* UTC, up to date$", done.stdout, re.MULTILINE)
    assert Kafka(tmp_path / ".servers" / "stream-demo").process.pid is None

"""A measured command runs as it would for a user, and what it said is shown when it fails."""

import subprocess
import sys

import pytest

from benchmarks.timing import Repetition, command, ratio


def test_a_measured_command_keeps_its_bytecode_even_where_tests_do_not(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert command([sys.executable, "-c", "import sys; print(sys.dont_write_bytecode)"]).output == "False\n"


def test_what_a_failing_command_said_is_shown(capsys):
    with pytest.raises(subprocess.CalledProcessError):
        command([sys.executable, "-c", "raise SystemExit('no such scale')"])
    assert capsys.readouterr().err == "no such scale\n"


def test_a_ratio_is_of_medians_and_its_spread_of_turns():
    ours, theirs = ([Repetition({"fold": value}) for value in values] for values in ((1, 2, 4), (2, 2, 6)))
    assert ratio(theirs, ours, "fold") == (1, 1, 2)

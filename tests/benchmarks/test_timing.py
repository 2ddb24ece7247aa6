"""A measured command runs as it would for a user, and what it said is shown when it fails."""

import subprocess
import sys

import pytest

from benchmarks.timing import Repetition, by_turns, command, ratio


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


def test_a_command_that_does_not_end_is_stopped():
    with pytest.raises(subprocess.TimeoutExpired, match="timed out after 0.5 seconds"):
        command([sys.executable, "-c", "import time; time.sleep(600)"], patience=0.5)


def failing():
    raise subprocess.CalledProcessError(-9, ["polars"])


def test_a_dispensable_side_that_fails_is_told_of_and_left_out(capsys):
    one = Repetition({"fold": 1})
    assert by_turns({"ours": lambda: one, "polars": failing}, 2, ["polars"]) == {"ours": [one, one]}
    assert capsys.readouterr().err == "polars is left out: Command '['polars']' died with <Signals.SIGKILL: 9>.\n"


def test_a_side_that_is_needed_must_not_fail():
    with pytest.raises(subprocess.CalledProcessError):
        by_turns({"ours": failing, "polars": failing}, 1, ["polars"])

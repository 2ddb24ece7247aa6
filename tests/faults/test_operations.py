"""Operations of all that a command writes with are counted, and what is to happen at one of them does."""

from pathlib import Path
from random import Random

import pytest

from faults import damage, operations
from faults.client import HANGS, Ended
from faults.commands import COMMANDS
from faults.operations import ERRORS, KILL
from faults.trials import Met, differences
from tests.faults.test_sample import need_counts

LAND, RUN, *_ = COMMANDS


@pytest.fixture
def counting(trials):
    need_counts(trials)
    return trials


@pytest.mark.parametrize(
    ("command", "operation"),
    [
        (LAND, "link /log/_delta_log/"),
        (LAND, "open /log/ingestion_date="),
        (LAND, "write to /_scratch/"),
        (LAND, "rename /ids/run-"),
        (RUN, "link /releases/_delta_log/"),
        (RUN, "look at /relations/"),
        (RUN, "make the folder /_scratch/"),
        (RUN, "remove /_scratch/"),
        (RUN, "rename /views/"),
    ],
)
def test_what_python_rust_and_cpp_do_is_counted(counting, command, operation):
    assert [one for one in counting.of(command).operations if one.startswith(operation)]


def test_a_command_is_killed_at_just_that_operation(counting):
    root = counting.begun(LAND)
    ended = counting.ground.forks.met(root, LAND.arguments(counting.ground, root), KILL, 9)
    assert (ended.code, ended.count) == (-9, 9)
    assert root in ended.hit


def test_a_full_disk_that_stays_full_takes_nothing_more(counting):
    root, full = counting.begun(LAND), ERRORS[0]
    before = sorted(one for one in Path(root).rglob("*") if one.is_file())
    ended = counting.ground.forks.met(root, LAND.arguments(counting.ground, root), full, 1, stays=True)
    assert (ended.code, ended.err.endswith(f"{full.words}\n")) == (1, True)
    assert sorted(one for one in Path(root).rglob("*") if one.is_file()) == before


def test_without_a_compiler_nothing_is_counted(monkeypatch, tmp_path):
    monkeypatch.setattr(operations, "BUILT", tmp_path)
    monkeypatch.setenv("PATH", "")
    assert operations.built() is None


def test_what_is_not_as_undisturbed_is_told(trials):
    expected = trials.of(RUN)
    ground, root = trials.ground, trials.begun(RUN)
    assert differences(expected.state, ground.looked("state", root))
    ground.must(*RUN.arguments(ground, root))
    assert differences(expected.state, ground.looked("state", root)) == []
    file = damage.file_of(Path(root), "view", Random(1))
    file.write_bytes(b"no" + file.read_bytes()[2:])
    (told,) = differences(expected.state, ground.looked("state", root))
    assert str(file) in told


def test_what_a_command_must_not_do_is_complained_of(trials):
    """One that says nothing of a fault, one that says more than a line, and one that hangs."""
    met = Met(RUN, ERRORS[0], 1)
    right = f"error: cannot write /lake/x: {ERRORS[0].words}\n"
    assert met.complaints_of(Ended(1, "", right), "/lake") == []
    for ended in (
        Ended(1, "", "error: something happened\n"),
        Ended(1, "", f"error: {ERRORS[0].words}\n"),
        Ended(1, "", right + right),
        Ended(1, "", f"Traceback\n{right}"),
        Ended(0, "", "half of it\n"),
        Ended(2, "", right),
        Ended(HANGS, "", ""),
    ):
        assert met.complaints_of(ended, "/lake") != []
    assert Met(RUN, KILL, 1).complaints_of(Ended(0, "", "", "open /lake/x"), "/lake") != []

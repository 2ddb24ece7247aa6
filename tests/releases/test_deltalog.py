"""A Delta log of which a power loss or a hand took something: told by the file's name, and repaired to what is left."""

import os
from pathlib import Path

import pytest
from deltalake import DeltaTable

from pipelines.storage import delta, places
from pipelines.storage.deltalog import DamagedLog, name_of
from pipelines.storage.repair import repair
from tests.releases.test_commits import DECLARED, numbers, place, put

__all__ = ["place"]


@pytest.fixture
def log(place):
    """The Delta log of a table in which version n added the number n, up to 4."""
    for number in (1, 2, 3, 4):
        put(delta.find(place), place, number, transaction=number)
    return Path(place) / "_delta_log"


def commit(log, version):
    return log / name_of(version)


def told(place, version=None):
    with pytest.raises(DamagedLog) as raised:
        delta.find(place, version)
    return str(raised.value)


def test_a_newest_commit_that_is_empty_is_told_by_its_name(place, log):
    os.truncate(commit(log, 4), 0)
    assert told(place) == (
        f"{commit(log, 4)} is empty, so what was committed there is lost: `newsfeed repair` makes the rest readable"
    )


def test_a_newest_commit_is_told_of_wherever_it_is_cut_off(place, log):
    whole = commit(log, 4).read_bytes()
    for end in range(1, len(whole)):
        commit(log, 4).write_bytes(whole[:end])
        assert told(place).startswith(f"{commit(log, 4)} is cut off, "), end
    commit(log, 4).write_bytes(bytes(len(whole)))
    assert told(place).startswith(f"{commit(log, 4)} is cut off, ")


@pytest.mark.parametrize("made", [lambda file: os.truncate(file, 0), lambda file: file.unlink()])
def test_a_commit_in_the_middle_that_is_empty_or_missing_is_told_of(place, log, made):
    made(commit(log, 2))
    assert told(place).startswith(f"{commit(log, 2)} is ")
    assert told(place, 3).startswith(f"{commit(log, 2)} is ")
    assert numbers(place, 1) == [1]


def test_a_commit_in_the_middle_that_is_cut_off_is_told_of(place, log):
    os.truncate(commit(log, 2), 300)
    assert told(place).startswith(f"{commit(log, 2)} is cut off, ")


def test_earlier_versions_are_read_whatever_became_of_the_newest(place, log):
    os.truncate(commit(log, 4), 300)
    assert sorted(numbers(place, 3)) == [1, 2, 3]


def test_a_version_that_was_lost_is_told_of_when_it_is_asked_for(place, log):
    os.truncate(commit(log, 4), 0)
    repair(place, DECLARED)
    assert told(place, 4) == f"version 4 of {place} was lost as its commit was not whole"
    put(delta.find(place), place, 5, transaction=5)
    assert sorted(numbers(place, 5)) == [1, 2, 3, 5]


@pytest.mark.parametrize("size", [0, 100])
def test_a_damaged_checkpoint_is_told_of_and_set_aside(place, log, size):
    DeltaTable(place).create_checkpoint()
    (checkpoint,) = log.glob("*.parquet")
    os.truncate(checkpoint, size)
    assert told(place).startswith(f"{checkpoint} is {'cut off' if size else 'empty'}, ")
    repair(place, DECLARED)
    assert sorted(numbers(place)) == [1, 2, 3, 4]


def test_a_checkpoint_is_set_aside_after_the_hint_at_it(place, log, monkeypatch):
    DeltaTable(place).create_checkpoint()
    (checkpoint,) = log.glob("*.parquet")
    os.truncate(checkpoint, 0)
    rename = places.rename

    def killed_after(*names):
        rename(*names)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(places, "rename", killed_after)
        with pytest.raises(KeyboardInterrupt):
            repair(place, DECLARED)
    assert told(place).startswith(f"{checkpoint} is empty, ")
    repair(place, DECLARED)
    assert sorted(numbers(place)) == [1, 2, 3, 4]


def test_a_checkpoint_of_which_parts_are_missing_is_none(place, log):
    DeltaTable(place).create_checkpoint()
    (checkpoint,) = log.glob("*.parquet")
    checkpoint.rename(log / f"{4:020}.checkpoint.{1:010}.{2:010}.parquet")
    commit(log, 2).unlink()
    assert told(place).startswith(f"{commit(log, 2)} is missing, ")

"""A Delta log of which commits are lost is repaired to what is left of it."""

import os
from pathlib import Path

import pytest

from pipelines.storage import commits, delta
from pipelines.storage.deltalog import DamagedLog
from pipelines.storage.repair import repair
from tests.releases.test_commits import TABLE, numbers, place, put
from tests.releases.test_deltalog import commit, log, told

__all__ = ["log", "place"]


def test_a_repair_gives_what_is_left_and_neither_version_nor_number_again(place, log):
    whole = commit(log, 4).read_bytes()
    os.truncate(commit(log, 4), 100)
    assert repair(place, "release") == [f"{commit(log, 4)} is cut off"]
    assert (commit(log, 4).with_suffix(".json.damaged")).read_bytes() == whole[:100]
    assert (sorted(numbers(place)), delta.number(delta.find(place), "release")) == ([1, 2, 3], 4)
    assert put(delta.find(place), place, 5, transaction=5) == 5
    assert sorted(numbers(place)) == [1, 2, 3, 5]


@pytest.mark.parametrize("missing", [False, True])
def test_several_commits_are_repaired_at_once(place, log, missing):
    for version in (2, 4):
        commit(log, version).unlink() if missing and version == 2 else os.truncate(commit(log, version), 10)
    assert len(repair(place, "release")) == 2
    assert (sorted(numbers(place)), repair(place, "release")) == ([1, 3], [])


def test_a_table_of_which_the_only_commit_is_lost_is_made_again(place):
    os.truncate(commit(Path(place) / "_delta_log", 0), 0)
    told(place)
    repair(place, "release")
    assert delta.find(place) is None
    commits.ensure(place, TABLE)
    assert numbers(place) == []


def test_a_first_commit_under_others_needs_a_copy(place, log):
    os.truncate(commit(log, 0), 0)
    told(place)
    with pytest.raises(DamagedLog, match="the first commit of .* is lost, and with it what columns the table has: put"):
        repair(place, "release")

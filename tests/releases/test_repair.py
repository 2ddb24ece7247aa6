"""A Delta log of which commits are lost is repaired to what is left of it."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from pipelines.storage import declaring, delta, deltalog
from pipelines.storage.repair import repair
from tests.releases.test_commits import DECLARED, TABLE, numbers, place, put
from tests.releases.test_deltalog import commit, log, told

__all__ = ["log", "place"]


def test_a_repair_gives_what_is_left_and_neither_version_nor_number_again(place, log):
    whole = commit(log, 4).read_bytes()
    os.truncate(commit(log, 4), 100)
    assert repair(place, DECLARED) == [f"{commit(log, 4)} is cut off"]
    assert (commit(log, 4).with_suffix(".json.damaged")).read_bytes() == whole[:100]
    assert (sorted(numbers(place)), delta.number(delta.find(place), "release")) == ([1, 2, 3], 4)
    assert put(delta.find(place), place, 5, transaction=5) == 5
    assert sorted(numbers(place)) == [1, 2, 3, 5]


@pytest.mark.parametrize("missing", [False, True])
def test_several_commits_are_repaired_at_once(place, log, missing):
    for version in (2, 4):
        commit(log, version).unlink() if missing and version == 2 else os.truncate(commit(log, version), 10)
    assert len(repair(place, DECLARED)) == 2
    assert (sorted(numbers(place)), repair(place, DECLARED)) == ([1, 3], [])


def test_a_table_of_which_the_only_commit_is_lost_is_made_again(place):
    os.truncate(commit(Path(place) / "_delta_log", 0), 0)
    told(place)
    repair(place, DECLARED)
    assert delta.find(place) is None
    declaring.ensure(place, TABLE)
    assert numbers(place) == []


@pytest.mark.parametrize("is_there", [True, False])
def test_a_first_commit_under_others_is_written_again_as_the_table_is_declared(place, log, is_there):
    if is_there:
        os.truncate(commit(log, 0), 10)
    else:
        commit(log, 0).unlink()
    told(place)
    assert len(repair(place, DECLARED)) == 1
    assert (sorted(numbers(place)), repair(place, DECLARED)) == ([1, 2, 3, 4], [])
    assert put(declaring.ensure(place, TABLE), place, 5, transaction=5) == 5
    assert sorted(numbers(place)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("harm", ["missing", "cut off", "garbage"])
def test_of_commits_before_a_checkpoint_none_stays_by_which_no_version_can_be_read(place, log, harm):
    DeltaTable(place).create_checkpoint()
    put(delta.find(place), place, 5, transaction=5)
    lost = commit(log, 2)
    {"missing": Path.unlink, "cut off": lambda file: os.truncate(file, 10), "garbage": garbage}[harm](lost)
    told_of = [told(place, 3)] if harm != "missing" else []
    assert all(str(lost) in one and one.endswith("makes the rest readable") for one in told_of)
    found = repair(place, DECLARED)
    assert f"{commit(log, 3)} follows on one that is not there any more" in found
    assert len(found) == (1 if harm == "missing" else 2)
    assert (deltalog.commits(place), repair(place, DECLARED)) == ([0, 1, 4, 5], [])
    assert (sorted(numbers(place)), sorted(numbers(place, 1)), sorted(numbers(place, 4))) == (
        [1, 2, 3, 4, 5], [1], [1, 2, 3, 4],
    )  # fmt: skip


def garbage(file):
    file.write_bytes(file.read_bytes() + b"\x00\xff more")


@pytest.mark.parametrize("text", [None, b"", b"{", b'{"version": 9}'])
def test_a_hint_at_a_checkpoint_that_is_not_there_is_told_of_and_set_aside(place, log, text):
    DeltaTable(place).create_checkpoint()
    hint = log / "_last_checkpoint"
    if text is None:
        next(log.glob("*.parquet")).unlink()
        assert told(place) == f"{hint} hints at checkpoint 4, which is not there; {deltalog.REMEDY}"
    else:
        hint.write_bytes(text)
    assert len(repair(place, DECLARED)) == 1
    assert (sorted(numbers(place)), hint.exists(), repair(place, DECLARED)) == ([1, 2, 3, 4], False, [])


@pytest.mark.parametrize("more", [False, True])
@pytest.mark.parametrize("harm", [Path.unlink, garbage, lambda file: os.truncate(file, 10)])
def test_a_commit_of_which_a_checkpoint_has_the_content_is_made_again(place, log, harm, more):
    DeltaTable(place).create_checkpoint()
    if more:
        put(delta.find(place), place, 5, transaction=5)
    for version in (1, 2, 3):
        commit(log, version).unlink()
    harm(commit(log, 4))
    assert len(repair(place, DECLARED)) == 1
    handle = delta.find(place, 4)
    assert (sorted(numbers(place, 4)), delta.number(handle, "release")) == ([1, 2, 3, 4], 4)
    assert (len(numbers(place)), repair(place, DECLARED)) == (5 if more else 4, [])
    put(delta.find(place), place, 6, transaction=6)


def test_a_checkpoint_that_is_a_whole_file_and_none_of_delta_is_set_aside(place, log):
    DeltaTable(place).create_checkpoint()
    (checkpoint,) = log.glob("*.checkpoint.parquet")
    pq.write_table(pa.table({"x": [1]}), checkpoint)
    assert told(place).endswith(deltalog.REMEDY)
    assert f"{checkpoint} cannot be read" in repair(place, DECLARED)
    assert (sorted(numbers(place)), repair(place, DECLARED)) == ([1, 2, 3, 4], [])

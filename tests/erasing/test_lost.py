"""Records of erasures that are damaged or lost: until they are written again, nothing lands as if nobody was erased."""

import os
from pathlib import Path

import pytest

from pipelines.log.erasures import LostErasures, erasures
from pipelines.repair.deltalogs import set_aside
from pipelines.repair.erasures import write_damaged_again
from pipelines.storage import delta
from pipelines.storage.checksums import DamagedFile
from pipelines.storage.deltalog import DamagedLog
from tests.adapters.bluesky import ADA
from tests.damage.test_repair import flip
from tests.erasing.worlds import MARK, land_one, told


def files(lake):
    return sorted(map(Path, delta.files(delta.find(lake.erasures))), key=os.path.getmtime)


def last_commit(lake):
    return max(Path(lake.erasures, "_delta_log").glob("*.json"))


def of_a_file(harm):
    return lambda lake: harm(files(lake)[-1])


HARMS = {
    "a file is gone": of_a_file(Path.unlink),
    "a file has a flipped bit": of_a_file(flip),
    "all files are gone": lambda lake: [file.unlink() for file in files(lake)],
    "the last commit is empty": lambda lake: os.truncate(last_commit(lake), 0),
    "the last commit is cut off": lambda lake: os.truncate(last_commit(lake), 300),
}


@pytest.fixture
def lake(erased, copy):
    return copy(erased[0])


@pytest.mark.parametrize("harm", HARMS)
def test_nothing_lands_until_they_are_written_again_and_then_it_stays_erased(lake, engine, given, harm):
    expected = erasures(lake).records
    HARMS[harm](lake)
    with pytest.raises((DamagedFile, DamagedLog), match="`newsfeed repair`"):
        land_one(lake, engine, given["first"])
    aside = set_aside(lake)
    if aside:
        with pytest.raises(LostErasures, match="a commit of records of erasures is lost; `newsfeed repair` writes"):
            land_one(lake, engine, given["first"])
    assert write_damaged_again(lake)
    assert (erasures(lake).records, set_aside(lake), write_damaged_again(lake)) == (expected, [], [])
    assert land_one(lake, engine, given["first"]).landed == 0
    assert list(told(lake, MARK, ADA)) == []


def test_what_neither_a_file_nor_a_commit_says_needs_a_copy(lake, engine, given):
    files(lake)[-1].unlink()
    os.truncate(last_commit(lake), 0)
    set_aside(lake)
    with pytest.raises(LostErasures, match=f"records of erasures are lost: put back a copy of {lake.erasures}"):
        write_damaged_again(lake)
    with pytest.raises(LostErasures):
        land_one(lake, engine, given["first"])


def test_records_that_are_not_as_many_as_a_commit_says_are_told_of(lake):
    before = erasures(lake)
    handle = delta.find(lake.erasures)
    handle.delete("number = 4")
    with pytest.raises(LostErasures, match="expected 4 records of erasures, found 3"):
        erasures(lake)
    write_damaged_again(lake)
    assert erasures(lake).records == before.records

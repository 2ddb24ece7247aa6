"""A power loss that took the end of a commit: every command says so, and a repair goes on from what is left."""

import os
from pathlib import Path

import pytest
from deltalake import DeltaTable

from pipelines.landing.land import land
from pipelines.reading.inspection import status_of
from pipelines.reading.reader import LostView, Reader
from pipelines.repair.deltalogs import set_aside as repair
from pipelines.runs.run import run
from pipelines.storage.deltalog import DamagedLog, name_of
from tests.landing.lines import CLOCK, file_of
from tests.releases.worlds import contents, deeds, releases, served

SECOND = deeds(31, *range(10, 14))


@pytest.fixture
def lake(undisturbed, copy):
    return copy(undisturbed)


def newest_commit(place):
    return Path(place) / "_delta_log" / name_of(DeltaTable(place).version())


def cut(place, share=0.5):
    """Cut off the newest commit of a table; its path."""
    file = newest_commit(place)
    os.truncate(file, int(file.stat().st_size * share))
    return file


def second(tmp_path):
    return file_of(tmp_path / "second", *SECOND)


@pytest.mark.parametrize("share", [0, 0.5])
def test_a_landing_that_was_cut_off_is_told_and_landed_again(lake, undisturbed, engine, tmp_path, share):
    file = cut(lake.log, share)
    for command in (lambda: land(lake, engine, [second(tmp_path)]), lambda: run(lake, engine), lambda: status_of(lake)):
        with pytest.raises(DamagedLog, match=str(file)):
            command()
    assert repair(lake) == [f"{file} is {'cut off' if share else 'empty'}"]
    assert "landing 2 is gone" in status_of(lake)["release"]["gone"]
    landing = land(lake, engine, [second(tmp_path)], clock=CLOCK)
    assert (landing.number, landing.landed, landing.gone) == (3, len(SECOND), None)
    assert run(lake, engine).reason == "nothing new"
    assert served(lake) == served(undisturbed)


def test_a_landing_that_was_cut_off_before_its_release_gives_its_number_to_none(
    released, undisturbed, engine, copy, tmp_path
):
    lake = copy(released)
    cut(lake.log)
    repair(lake)
    assert run(lake, engine).reason == "nothing new"
    assert land(lake, engine, [second(tmp_path)], clock=CLOCK).number == 3
    assert run(lake, engine).reason == "landings 2 to 3 are new"
    assert served(lake) == served(undisturbed)


@pytest.mark.parametrize("name", ["views/profile", "relations/follows"])
def test_a_table_of_a_release_that_was_cut_off_is_made_again(lake, undisturbed, engine, name):
    file = cut(f"{lake.root}/{name}")
    with pytest.raises(DamagedLog, match=str(file)):
        run(lake, engine)
    repair(lake)
    done = run(lake, engine)
    assert (done.published, done.reason, done.release.number) == (True, f"damaged: {name}", 3)
    assert (served(lake), contents(lake)) == (served(undisturbed), contents(undisturbed))
    assert run(lake, engine).reason == "nothing new"


def test_a_view_whose_version_is_lost_is_told_of_by_its_release(lake):
    cut(lake.view("profile"))
    with pytest.raises(DamagedLog, match="is cut off, .* `newsfeed repair` makes the rest readable"):
        Reader.of(lake).rows("SELECT * FROM profile", "profile")
    repair(lake)
    with pytest.raises(
        LostView, match="view 'profile' of release 2 is gone, version 2 of .* was lost .*: `newsfeed repair`"
    ):
        Reader.of(lake).rows("SELECT * FROM profile", "profile")
    assert len(Reader.of(lake, 1).rows("SELECT * FROM profile", "profile")) == len(served(lake, 0)["views/profile"])


def test_a_record_that_was_cut_off_is_written_again(lake, undisturbed, engine):
    file = cut(lake.releases)
    with pytest.raises(DamagedLog, match=str(file)):
        Reader.of(lake)
    repair(lake)
    assert releases(lake) == [1]
    assert run(lake, engine).release.number == 2
    assert served(lake) == served(undisturbed)


def test_a_damaged_quarantine_is_told_of(lake, engine, tmp_path):
    bad = file_of(tmp_path / "bad", b"bad")
    land(lake, engine, [bad], clock=CLOCK)
    file = cut(lake.quarantine, 0)
    with pytest.raises(DamagedLog, match=str(file)):
        land(lake, engine, [bad], clock=CLOCK)
    repair(lake)
    assert land(lake, engine, [bad], clock=CLOCK).newly_quarantined == 1


def test_a_sound_lake_has_nothing_to_repair(undisturbed):
    assert repair(undisturbed) == []

"""Maintenance frees what nothing needs; views, hashes and certificates are the same before and after."""

from datetime import timedelta
from pathlib import Path

import pytest
from deltalake import DeltaTable

from pipelines.landing.land import land
from pipelines.maintenance.expiry import Limits
from pipelines.maintenance.maintain import ENTRIES, ORPHANS, RELEASES, REPLACED, SMALL, maintain
from pipelines.releases.release import NoLake, all_releases
from pipelines.runs.run import run
from pipelines.storage import trimming
from tests.landing.lines import CLOCK, file_of, orphans
from tests.maintenance.conftest import LANDINGS
from tests.maintenance.lakes import certificate, kept, log_files, post_files
from tests.releases.worlds import contents, deeds, served

NO_GRACE = timedelta(0)


def tree(lake):
    found = Path(lake.root).rglob("*")
    return {str(file): (file.stat().st_size, file.stat().st_mtime_ns) for file in found}


def size(lake):
    return sum(file.stat().st_size for file in Path(lake.root).rglob("*") if file.is_file())


def test_it_changes_nothing_unless_it_is_told_to(worn, copy):
    lake = copy(worn)
    before = tree(lake)
    steps = maintain(lake, Limits(3), grace=NO_GRACE).steps
    assert (steps[SMALL].count, steps[RELEASES].count, steps[ORPHANS].count) == (LANDINGS, 7, 0)
    assert steps[REPLACED].count >= 7 * 21
    assert tree(lake) == before


def test_what_it_says_without_grace_is_what_it_does(worn, copy):
    lake = copy(worn)
    said = maintain(lake, Limits(3), grace=NO_GRACE).steps
    done = maintain(lake, Limits(3), grace=NO_GRACE, execute=True).steps
    assert done[RELEASES] == said[RELEASES]
    assert (done[REPLACED].count, done[REPLACED].freed) == (said[REPLACED].count, said[REPLACED].freed)


def test_kept_releases_and_the_log_are_the_same_after_it(worn, right, tidied):
    assert kept(tidied) == right
    assert certificate(tidied) == certificate(worn)
    assert [one.number for one in all_releases(tidied)] == [8, 9, 10]


def test_it_leaves_what_three_releases_need(worn, tidied):
    assert (post_files(worn), post_files(tidied), orphans(tidied)) == (10, 3, [])
    assert size(tidied) < size(worn)


def test_small_files_of_the_log_become_one_and_go_once_no_run_goes_on_from_before(tidied, copy, tidy, engine, tmp_path):
    lake = copy(tidied)
    assert (log_files(lake), len(DeltaTable(lake.log).file_uris())) == (LANDINGS + 1, 1)
    land(lake, engine, [file_of(tmp_path / "new", *deeds(31, 40))], clock=CLOCK)
    run(lake, engine, clock=CLOCK)
    tidy(lake, 4)
    assert (log_files(lake), len(DeltaTable(lake.log).file_uris())) == (3, 1)
    assert run(lake, engine, rebuild=True).reason == "rebuild: the same again"


def test_after_it_a_rebuild_is_the_same_and_batches_go_on(tidied, copy, engine, tmp_path):
    lake = copy(tidied)
    assert run(lake, engine, rebuild=True).reason == "rebuild: the same again"
    again = land(lake, engine, [file_of(tmp_path / "again", *deeds(30, 0, 7, LANDINGS - 1))], clock=CLOCK)
    assert (again.landed, again.duplicates) == (0, 24)
    landed = land(lake, engine, [file_of(tmp_path / "new", *deeds(31, 40))], clock=CLOCK)
    assert (landed.number, landed.landed) == (LANDINGS + 1, 8)
    done = run(lake, engine, clock=CLOCK)
    assert (done.release.number, done.release.landing, done.release.events) == (11, LANDINGS + 1, (LANDINGS + 1) * 8)


def test_a_second_time_there_is_nothing_to_do(tidied, copy, tidy):
    lake = copy(tidied)
    before = kept(lake)
    steps = tidy(lake, 4)
    assert [step.count for step in steps.values()] == [0] * 7
    assert kept(lake) == before


def test_without_limits_no_release_expires(worn, copy):
    lake = copy(worn)
    assert maintain(lake, Limits(), grace=NO_GRACE, execute=True).faults == []
    assert (len(all_releases(lake)), contents(lake, 0), served(lake, 0)) == (10, contents(worn, 0), served(worn, 0))


def test_entries_of_delta_logs_go_once_a_checkpoint_serves(worn, right, copy, tidy, monkeypatch, engine):
    monkeypatch.setattr(trimming, "BEHIND", 3)
    lake = copy(worn)
    assert tidy(lake)[ENTRIES].count >= 7 * 20
    names = [file.name for file in Path(lake.view("posts"), "_delta_log").glob("*.json")]
    assert sorted(names) == [f"{version:020}.json" for version in (0, 8, 9, 10)]
    assert kept(lake) == right
    assert run(lake, engine, policy={"cap": 2}, clock=CLOCK).release.number == 11


def test_where_there_is_no_lake_it_says_so(lake):
    with pytest.raises(NoLake):
        maintain(lake, Limits(3))

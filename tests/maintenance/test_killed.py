"""Maintenance that is killed anywhere leaves a good lake, and the next one does what is left."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.maintenance.expiry import Limits
from pipelines.maintenance.maintain import ORPHANS, maintain
from pipelines.runs.run import run
from tests.landing.lines import events, file_of, orphans
from tests.maintenance.conftest import LANDINGS
from tests.maintenance.lakes import certificate, kept, post_files
from tests.releases.worlds import deeds, releases

KILLS = [("commit", 1, "after"), ("remove", 5, "after")]
"""Between its two halves, and in the middle of the second; `make faults` kills it at any operation."""


@pytest.mark.parametrize("kill", KILLS, ids=str)
def test_killed_anywhere_it_leaves_a_good_lake_and_the_next_one_does_the_rest(worn, right, copy, killed, tidy, kill):
    lake = copy(worn)
    killed(lake, "maintain", kill, keep=3, grace=0)
    assert (kept(lake), certificate(lake)) == (right, certificate(worn))
    tidy(lake, 2)
    tidy(lake, 4)
    assert (kept(lake), releases(lake), post_files(lake), orphans(lake)) == (right, [8, 9, 10], 3, [])


def test_a_run_after_a_kill_makes_the_same_again(worn, copy, killed, engine):
    lake = copy(worn)
    killed(lake, "maintain", ("remove", 70, "after"), keep=1, grace=0)
    assert run(lake, engine, rebuild=True).reason == "rebuild: the same again"


def test_a_dry_one_does_not_even_take_scratch_folders_of_dead_commands_away(worn, copy, killed):
    lake = copy(worn)
    killed(lake, "run", ("file", 5, "before"), policy={"cap": 3})
    left = sorted(Path(lake.root, "_scratch").iterdir())
    later = datetime.now(UTC) + timedelta(hours=2)
    assert maintain(lake, Limits(), clock=later).steps[ORPHANS].count == 5
    assert (sorted(Path(lake.root, "_scratch").iterdir()), bool(left)) == (left, True)


def test_a_landing_and_a_compaction_at_once_lose_no_event(worn, copy, at_once, tmp_path):
    lake = copy(worn)
    source = file_of(tmp_path / "more", *deeds(31, 50))
    jobs = (lake, "land", {"sources": [source]}), (lake, "maintain", {"keep": 3, "grace": 1})
    landed, done = at_once(*jobs)
    assert (landed["number"], done["faults"]) == (LANDINGS + 1, [])
    assert (len(events(lake)), certificate(lake).number) == ((LANDINGS + 1) * 8, LANDINGS + 1)


def test_two_at_once_do_it_once(worn, right, copy, at_once, tidy):
    lake = copy(worn)
    jobs = [(lake, "maintain", {"keep": 3, "grace": 0})] * 2
    assert [done["faults"] for done in at_once(*jobs)] == [[], []]
    assert (kept(lake), releases(lake)) == (right, [8, 9, 10])
    tidy(lake, 2)
    assert (kept(lake), post_files(lake)) == (right, 3)


def test_a_run_and_a_maintenance_at_once_leave_a_release_that_serves(worn, copy, at_once, engine):
    lake = copy(worn)
    jobs = (lake, "run", {"policy": {"cap": 2}}), (lake, "maintain", {"keep": 1, "grace": 0})
    ran, done = at_once(*jobs)
    assert (ran["release"], done["faults"]) == (11, [])
    assert run(lake, engine, rebuild=True).reason == "rebuild: the same again"

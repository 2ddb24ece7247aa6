"""A run that is killed or told to end anywhere: readers see the last release, and the next run puts all right."""

import pytest

from pipelines.runs.run import run
from tests.landing.lines import CLOCK, orphans
from tests.releases.worlds import contents, files, releases, require_restored, served, tables

RECORD = 22
BEFORE_THE_RECORD = [("commit", 1, "before"), ("commit", 9, "after"), ("commit", RECORD, "before")]
"""Some; `make faults` kills a run at any operation."""
BEFORE_THE_FIRST = [("create", 11, "after"), ("commit", 9, "after"), ("commit", RECORD, "before")]


def require_same(lake, undisturbed):
    assert contents(lake) == contents(undisturbed)
    assert served(lake) == served(undisturbed)
    assert releases(lake) == releases(undisturbed)


@pytest.mark.parametrize("kill", BEFORE_THE_RECORD, ids=str)
def test_before_its_record_readers_see_the_last_release(released, undisturbed, engine, copy, killed, kill):
    lake = copy(released)
    killed(lake, "run", kill)
    assert (releases(lake), tables(lake), served(lake)) == ([1], tables(released), served(released))
    assert run(lake, engine, clock=CLOCK).published
    require_same(lake, undisturbed)


@pytest.mark.parametrize("at", [("file", 9, "after"), *BEFORE_THE_RECORD[1:]], ids=str)
def test_told_to_end_before_its_record_it_leaves_no_file_that_no_commit_names(
    released, undisturbed, engine, copy, ended, at
):
    lake = copy(released)
    ended(lake, "run", at)
    assert (orphans(lake), releases(lake), served(lake)) == ([], [1], served(released))
    assert run(lake, engine, clock=CLOCK).published
    require_same(lake, undisturbed)


def test_after_its_record_readers_see_its_release(released, undisturbed, engine, copy, killed):
    lake = copy(released)
    killed(lake, "run", ("commit", RECORD, "after"))
    require_same(lake, undisturbed)
    assert run(lake, engine).reason == "nothing new"


@pytest.mark.parametrize("kill", BEFORE_THE_FIRST, ids=str)
def test_before_the_first_record_readers_see_none(landed, released, engine, copy, killed, kill):
    lake = copy(landed)
    killed(lake, "run", kill)
    assert releases(lake) == []
    assert run(lake, engine, clock=CLOCK).published
    require_same(lake, released)


def test_a_run_with_nothing_new_takes_back_what_a_killed_one_left(undisturbed, engine, copy, killed):
    lake = copy(undisturbed)
    killed(lake, "run", ("commit", 1, "after"), policy={"cap": 1})
    assert files(lake, "views/newsfeed") != files(undisturbed, "views/newsfeed")
    assert run(lake, engine).reason == "nothing new"
    require_restored(lake)
    require_same(lake, undisturbed)


def test_killed_again_while_it_restores_the_next_run_puts_all_right(released, undisturbed, engine, copy, killed):
    lake = copy(released)
    killed(lake, "run", ("commit", 9, "after"))
    killed(lake, "run", ("commit", 3, "after"))
    assert served(lake) == served(released)
    killed(lake, "run", ("commit", 2, "before"))
    assert run(lake, engine, clock=CLOCK).published
    require_same(lake, undisturbed)

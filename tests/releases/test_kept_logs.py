"""Nothing but the project itself takes a release away: neither Delta's clean-up of logs nor a vacuum does."""

import os
import time
from pathlib import Path

import pytest
from deltalake import DeltaTable

from pipelines.landing.land import land
from pipelines.releases.release import all_releases
from pipelines.runs.run import run
from pipelines.storage import declaring, delta
from pipelines.storage.properties import KEPT
from tests.landing.lines import CLOCK, file_of, line
from tests.releases.test_commits import TABLE, numbers, place, put
from tests.releases.worlds import TABLES, served

__all__ = ["place"]
DAYS = 24 * 3600
OTHERS = ["log", "releases"]


def age(place, days=40):
    """Let everything of a table be that old."""
    then = time.time() - days * DAYS
    for file in Path(place).rglob("*"):
        os.utime(file, (then, then))


def clean_up(place):
    """What other tools do of their own accord."""
    table = DeltaTable(place)
    table.create_checkpoint()
    table.cleanup_metadata()
    table.vacuum(dry_run=False)


def of_old(place):
    """A table as it was made before tables kept their log."""
    place = str(place)
    DeltaTable.create(place, TABLE.arrow)
    return place


def history(place, upto):
    """Each number replaces the one before."""
    for number in range(1, upto + 1):
        handle = delta.find(place)
        version = put(handle, place, number, transaction=number)
        DeltaTable(place).delete(f"number < {number}")
        assert version
    return [DeltaTable(place, version=version).to_pyarrow_table()["number"].to_pylist() for version in _all(place)]


def _all(place):
    return range(DeltaTable(place).version() + 1)


def test_every_version_is_read_after_clean_up_and_vacuum(place):
    before = history(place, 55)  # two commits each; a commit makes a checkpoint every 100 versions, and cleans up then
    age(place)
    clean_up(place)
    put(delta.find(place), place, 56, transaction=56)
    assert [numbers(place, version) for version in range(len(before))] == before


def test_a_table_of_old_keeps_its_log_from_the_next_commit_on(tmp_path):
    place = of_old(tmp_path / "old")
    before = history(place, 5)
    declaring.ensure(place, TABLE)
    age(place)
    clean_up(place)
    assert [numbers(place, version) for version in range(len(before))] == before


def test_without_that_versions_would_go(tmp_path):
    place = of_old(tmp_path / "old")
    history(place, 5)
    age(place)
    clean_up(place)
    assert delta.find(place, 3) is None


def test_every_table_of_a_lake_says_so(undisturbed):
    for name in (*OTHERS, *TABLES):
        found = DeltaTable(f"{undisturbed.root}/{name}").metadata().configuration
        assert found == KEPT, name


@pytest.mark.parametrize("count", [3])
def test_every_listed_release_is_read_after_clean_up(undisturbed, engine, copy, tmp_path, count):
    lake = copy(undisturbed)
    for number in range(count):
        liked = line(f"l-{number}", "liked", event_time="2025-12-31T23:00:00Z", actor_id=number + 1, post_id=100)
        land(lake, engine, [file_of(tmp_path / "a", liked)], clock=CLOCK)
        run(lake, engine)
    before = [served(lake, one.number - 1) for one in all_releases(lake)]
    for name in (*OTHERS, *TABLES):
        age(f"{lake.root}/{name}")
        clean_up(f"{lake.root}/{name}")
    assert [served(lake, one.number - 1) for one in all_releases(lake)] == before
    assert run(lake, engine).reason == "nothing new"

"""A Delta log kept short opens at every version from the oldest one that is needed, and restores what it could."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.storage import delta, deltalog, history, places, trimming, wholeness
from pipelines.storage.restoring import restore
from tests.releases.test_commits import TABLE, numbers, place, put

__all__ = ["place"]

OLDEST, NEWEST = 25, 30


@pytest.fixture
def later():
    return datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def long(place):
    """A table of thirty versions, each with all numbers up to its own, without a checkpoint."""
    for number in range(1, NEWEST + 1):
        put(delta.find(place), place, number, transaction=number)
    for file in Path(deltalog.folder(place)).glob("*checkpoint*"):
        file.unlink()
    return place


def trim(place, time):
    for version in trimming.due(place, [OLDEST, NEWEST]):
        trimming.write_checkpoint(place, version)
    for file in trimming.unneeded(place, OLDEST, time):
        places.remove(file)


def test_a_checkpoint_is_due_where_many_commits_would_be_read(long):
    assert trimming.due(long, [3, 19]) == []
    assert trimming.due(long, [OLDEST, NEWEST]) == [OLDEST]
    trimming.write_checkpoint(long, OLDEST)
    assert trimming.due(long, [OLDEST, NEWEST]) == []


def test_what_is_needed_opens_and_what_is_older_is_gone(long, later):
    trim(long, later)
    assert deltalog.commits(long) == [0, *range(OLDEST, NEWEST + 1)]
    for version in (0, *range(OLDEST, NEWEST + 1)):
        assert sorted(numbers(long, version)) == list(range(1, version + 1))
    Path(deltalog.folder(long), "_last_checkpoint").unlink()
    assert delta.number(delta.find(long), "release") == NEWEST


@pytest.mark.parametrize("version", [0, OLDEST])
def test_a_table_is_rolled_back_as_before(long, later, version):
    trim(long, later)
    assert restore(delta.find(long), TABLE, version, "release", 0)
    assert len(numbers(long)) == version
    assert wholeness.faults(long) == []


def test_an_entry_stays_until_a_checkpoint_has_been_there_for_a_while(long):
    trim(long, datetime.now(UTC) - timedelta(minutes=1))
    assert deltalog.commits(long) == list(range(NEWEST + 1))


def test_a_checkpoint_of_a_newer_version_serves_no_older_one(long, later):
    trimming.write_checkpoint(long, NEWEST)
    assert trimming.unneeded(long, OLDEST, later) == {}


def test_versions_are_current_until_the_next_one(long, later):
    handle = delta.find(long)
    assert history.current_since(long, handle, later) == [NEWEST]
    assert history.current_since(long, handle, later - timedelta(hours=2)) == list(range(NEWEST, -1, -1))

"""What is compared of two releases: as little is read as can differ, and what changed is paired."""

import pytest

from pipelines.errors import UsageError
from pipelines.landing.land import land
from pipelines.reading.comparing import Comparison, Counts
from pipelines.reading.reader import Reader
from pipelines.runs.run import run
from pipelines.storage import datafiles
from pipelines.views import UnknownView
from tests.landing.lines import CLOCK, file_of, line
from tests.laws.worlds import in_small_files


@pytest.fixture
def read(monkeypatch):
    """The data files that are read."""
    found, really = [], datafiles.read
    monkeypatch.setattr(datafiles, "read", lambda place, *more: found.append(place) or really(place, *more))
    return found


@pytest.fixture
def lake(undisturbed, copy):
    """A release of each of two landings."""
    return copy(undisturbed)


def compared(lake, before=1, after=2, user=None):
    return Comparison(Reader.of(lake, before), Reader.of(lake, after), user)


def rows(comparison, view):
    return [row for batch in comparison.rows(view) for row in batch.to_pylist()]


def test_of_views_with_the_same_content_nothing_is_read_whatever_their_files(lake, engine, read):
    run(lake, engine, rebuild=True, memory=1 << 14)
    comparison = compared(lake, 2, 3)
    assert comparison.before.release.buckets < comparison.after.release.buckets
    read.clear()
    assert comparison.counts("followers") == Counts("followers", 0, 0, 0, 5)
    assert ([rows(comparison, view) for view in comparison.views()], read) == ([[]] * 10, [])


def test_files_that_both_have_are_not_read(released, copy, engine, tmp_path, read, monkeypatch):
    lake = copy(released)
    in_small_files(monkeypatch, 2)
    run(lake, engine, rebuild=True)
    change = line("c", "profile_changed", event_time="2026-01-01T00:00:00Z", actor_id=3, bio="new")
    land(lake, engine, [file_of(tmp_path / "a", change)], clock=CLOCK)
    run(lake, engine)
    read.clear()
    was, now = rows(compared(lake, 2, 3), "profile")
    assert (was["change"], was["bio"], now["change"], now["bio"], now["user_id"]) == ("was", None, "is", "new", 3)
    assert len(read) == 2
    assert compared(lake, 2, 3).counts("profile").unchanged == Reader.of(lake).release.tables["views/profile"].rows - 1


def test_an_entry_of_a_newsfeed_that_only_moves_has_not_changed(lake):
    found = rows(compared(lake), "newsfeed")
    assert {row["change"] for row in found} <= {"came", "went"}
    assert compared(lake).counts("newsfeed").changed == 0


def test_a_view_that_one_of_them_lacks_came_or_went(lake):
    for order, name in (((1, 2), "came"), ((2, 1), "went")):
        comparison = compared(lake, *order)
        del next(one for one in comparison._sides if one.release.number == 1).release.tables["views/posts"]
        assert {row["change"] for row in rows(comparison, "posts")} == {name}
        assert len(rows(comparison, "posts")) == 14
        assert "posts" in comparison.views()


def test_what_is_asked_wrongly_is_told(lake):
    with pytest.raises(UnknownView):
        compared(lake).schema("nothing")
    with pytest.raises(UsageError, match="--user: expected none with the view daily_activity"):
        compared(lake, user=1).schema("daily_activity")
    assert "daily_activity" not in compared(lake, user=1).views()

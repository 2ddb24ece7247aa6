"""Quarantined lines are tried again: those that fit now land and leave, the others stay as they were."""

from datetime import timedelta

import pytest

from pipelines.landing.readmission import readmit
from tests.landing.lines import CLOCK, counts, events, file_of, ids, line, orphans, quarantined, rows_of, versions

LATER = CLOCK + timedelta(days=30)
SOON = line("e-soon", event_time="2026-01-03T00:00:00Z")
THEN = line("e-then", event_time="2026-01-20T00:00:00Z")
MARKED = b"\xef\xbb\xbf" + line("e-marked")


@pytest.fixture
def try_again(lake, engine):
    """Try again, at CLOCK and some days; the counts of each landing."""
    return lambda days=30: [counts(one) for one in readmit(lake, engine, CLOCK + timedelta(days=days))]


def test_a_line_too_far_in_the_future_lands_when_its_time_has_come(land, lake, tmp_path, try_again):
    land(file_of(tmp_path / "a", SOON, b"bad", THEN))
    assert try_again(days=0) == [(3, 0, 0, 3, 0)]
    assert try_again(days=1) == [(3, 1, 0, 2, 0)]
    assert try_again() == [(2, 1, 0, 1, 0)]
    assert {row["event_id"]: row["landing"] for row in rows_of(lake.log, "event_id")} == {"e-soon": 1, "e-then": 2}
    assert [row["raw"] for row in quarantined(lake)] == [b"bad"]


def test_what_does_not_fit_stays_as_it_was(land, lake, tmp_path, try_again):
    first = file_of(tmp_path / "a.gz", b"bad", SOON, line("e-1"), line("e-1", actor_id=6))
    land(first, file_of(tmp_path / "b", b"bad"))
    before = rows_of(lake.quarantine, "source", "byte_offset")
    try_again()
    assert rows_of(lake.quarantine, "source", "byte_offset") == [before[0], *before[2:]]
    assert len(before) == 4


def test_what_never_fits_changes_nothing(land, lake, tmp_path, try_again):
    land(file_of(tmp_path / "a", line("e-1"), b"bad", b"\xff", line("e-2", actor_id=0)))
    before = versions(lake)
    assert try_again() == [(3, 0, 0, 3, 0)]
    assert versions(lake) == before


def test_an_empty_quarantine_has_nothing_to_try(land, lake, tmp_path, try_again):
    assert try_again() == []
    land(file_of(tmp_path / "a", line("e-1")))
    assert try_again() == []


def test_a_line_that_landed_elsewhere_meanwhile_is_a_duplicate_and_leaves(land, lake, tmp_path, try_again):
    land(file_of(tmp_path / "a", SOON))
    land(file_of(tmp_path / "b", SOON), clock=LATER)
    assert try_again() == [(1, 0, 1, 0, 0)]
    assert (ids(lake), quarantined(lake)) == (["e-soon"], [])


def test_foreign_lines_are_tried_with_their_own_adapter(land, lake, tmp_path, try_again):
    likes = [b"Person.id|Post.id|creationDate", b"5|9|2026-01-03T00:00:00.000+0000", b"5|nine|x"]
    land(file_of(tmp_path / "person_likes_post_0_0.csv", *likes), format_name="ldbc")
    land(file_of(tmp_path / "a", SOON))
    assert try_again() == [(1, 1, 0, 0, 0), (2, 1, 0, 1, 0)]
    assert ids(lake) == ["e-soon", "ldbc-liked-5-9"]
    assert [(row["raw"], row["format"]) for row in quarantined(lake)] == [(likes[2], "ldbc")]


def test_a_quarantined_line_with_a_byte_order_mark_is_not_lost(land, lake, tmp_path, try_again):
    land(file_of(tmp_path / "a", b"", b"\xef\xbb\xbfbad", b"bad"))
    before = quarantined(lake)
    try_again()
    assert quarantined(lake) == before


def test_a_line_that_does_not_fit_does_not_fit_either_when_it_comes_first(land, lake, tmp_path, try_again):
    land(file_of(tmp_path / "a", b"", MARKED))
    try_again()
    assert (ids(lake), [row["raw"] for row in quarantined(lake)]) == ([], [MARKED])


@pytest.mark.parametrize("kill", [("commit", 1, "before"), ("commit", 1, "after"), ("take away", 1, "before")], ids=str)
def test_killed_and_repeated_it_ends_as_if_it_had_run_once(land, lake, killed, tmp_path, try_again, kill):
    land(file_of(tmp_path / "a", line("e-1"), SOON, b"bad"))
    killed(lake, "readmit", kill, clock=LATER.isoformat())
    assert [row["raw"] for row in quarantined(lake)] == [SOON, b"bad"]
    try_again()
    assert [row["event_id"] for row in events(lake)] == ["e-1", "e-soon"]
    assert [row["raw"] for row in quarantined(lake)] == [b"bad"]


@pytest.mark.parametrize("at", [("commit", 1, "before"), ("commit", 2, "before"), ("commit", 2, "after")], ids=str)
def test_told_to_end_it_leaves_no_file_that_no_commit_names(land, lake, ended, tmp_path, try_again, at):
    land(file_of(tmp_path / "a", line("e-1"), SOON, b"bad"))
    ended(lake, "readmit", at, clock=LATER.isoformat())
    assert orphans(lake) == []
    try_again()
    assert [row["raw"] for row in quarantined(lake)] == [b"bad"]

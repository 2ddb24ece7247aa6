"""A delete says only which record ends: its subject is found wherever the create is."""

from datetime import timedelta

import pytest

from pipelines.landing import land as landing
from pipelines.landing.readmission import readmit
from tests.adapters.bluesky import ADA, BEN, EVE, LAST, LATER, REV, create, delete
from tests.adapters.conftest import JULY
from tests.landing.lines import counts, events, file_of, quarantined, rows_of

UNSEEN = "expected a record whose create has landed, found none of this key"
ENDS = {"follow": "unfollowed", "block": "unblocked", "like": "unliked", "repost": "repost_undone"}
SUBJECTS = ("followee_id", "blocked_id", "post_id")


def told(lake):
    """Who did what to what, in the order of the commits."""
    rows = sorted(events(lake), key=lambda row: row["event_time"])
    return [(row["event_type"], row["actor_id"], next(row[name] for name in SUBJECTS if name in row)) for row in rows]


@pytest.mark.parametrize("what", ENDS)
@pytest.mark.parametrize("order", ["create first", "delete first"])
def test_in_the_same_landing(land, lake, what, order):
    lines = [create(what), delete(what)]
    assert counts(land(*(lines if order == "create first" else lines[::-1]))) == (2, 2, 0, 0, 0)
    (begun, *about), (ended, *again) = told(lake)
    assert begun != ended == ENDS[what]
    assert about == again


@pytest.mark.parametrize("what", ENDS)
def test_in_an_earlier_landing(land, lake, what):
    land(create(what))
    another = {"uri": f"at://{ADA}/c/k"} if what in {"like", "repost"} else EVE
    land(create(what, "k2", subject=another, rev="3mptbypzzzz2a"))
    assert counts(land(delete(what))) == (1, 1, 0, 0, 0)
    (_, *about), _, (ended, *again) = told(lake)
    assert (ended, again) == (ENDS[what], about)


def test_in_another_file_of_the_same_landing_that_comes_later(lake, engine, tmp_path):
    sources = [file_of(tmp_path / "a.gz", delete("like")), file_of(tmp_path / "b", b"bad", create("like"))]
    done = landing.land(lake, engine, sources, format_name="jetstream", clock=JULY)
    assert counts(done) == (3, 2, 0, 1, 1)
    assert [row["line_number"] for row in quarantined(lake)] == [1]


@pytest.mark.parametrize("what", ENDS)
def test_before_the_create_it_waits_in_quarantine_until_it_is_tried_again(land, lake, engine, what):
    assert counts(land(b"", delete(what))) == (2, 0, 0, 1, 1)
    (row,) = quarantined(lake)
    assert (row["raw"], row["line_number"], row["byte_offset"]) == (delete(what), 2, 1)
    assert (row["format"], row["faults"]) == ("jetstream", [UNSEEN])
    assert counts(readmit(lake, engine, JULY)[0])[:4] == (1, 0, 0, 1)
    land(create(what))
    assert counts(readmit(lake, engine, JULY)[0])[:4] == (1, 1, 0, 0)
    assert [kind for kind, *_ in told(lake)][1:] == [ENDS[what]]
    assert quarantined(lake) == []


def test_the_order_of_arrival_makes_no_difference_in_the_end(land, tmp_path, engine, lake):
    lines = [create("like"), delete("like"), create("follow", did=BEN, subject=EVE), delete("follow", did=BEN)]
    other = type(lake).at(str(tmp_path / "other"))
    for line in lines:
        land(line)
    for line in reversed(lines):
        land(line, lake=other)
    assert len(quarantined(other)) == 2
    readmit(other, engine, JULY)
    assert events(other) == events(lake)
    assert quarantined(other) == []


def test_landed_again_it_is_a_duplicate(land):
    lines = [create("like"), delete("like"), create("post"), delete("post")]
    land(*lines)
    assert counts(land(*lines)) == (4, 0, 4, 0, 0)


def test_of_a_key_used_twice_the_last_create_before_the_delete_counts(land, lake):
    first, second = create("follow", subject=BEN), create("follow", subject=EVE, rev="3mptcz2222222")
    land(second, first, delete("follow", rev=LATER), delete("follow", rev=LAST))
    begun, ended, begun_again, ended_again = told(lake)
    assert (begun[1:], begun_again[1:]) == (ended[1:], ended_again[1:])
    assert begun[2] != begun_again[2]


def test_a_delete_that_landed_stands_whatever_create_comes_later(land, lake):
    land(create("follow", subject=BEN), delete("follow", rev=LAST))
    before = told(lake)
    assert counts(land(b"", create("follow", subject=EVE, rev=LATER), delete("follow", rev=LAST))) == (3, 1, 0, 1, 1)
    assert [row for row in told(lake) if row in before] == before
    (row,) = quarantined(lake)
    assert (row["raw"], row["line_number"]) == (delete("follow", rev=LAST), 3)
    assert row["faults"][0].startswith("event_id: conflicts with the event of this id that landed first")


def test_a_create_that_was_quarantined_has_no_subject_to_give(land, lake):
    wrong = create("like", subject={"uri": "at://ben/c/k"})
    assert counts(land(wrong, delete("like"))) == (2, 0, 0, 2, 2)
    assert quarantined(lake)[1]["faults"] == [UNSEEN]


def test_a_create_that_contradicts_the_first_one_does_not_either(land, lake):
    land(create("follow", subject=BEN))
    assert counts(land(create("follow", subject=EVE), delete("follow"))) == (2, 1, 0, 1, 1)
    assert len({subject for *_, subject in told(lake)}) == 1


def test_a_delete_from_the_future_is_quarantined_as_it_came(land, lake):
    soon = delete("like", rev="3mqtc22222222")
    assert counts(land(create("like"), soon)) == (2, 1, 0, 1, 1)
    (row,) = quarantined(lake)
    assert (row["raw"], row["line_number"]) == (soon, 2)
    assert row["faults"][0].startswith("event_time: expected a time up to 2026-07-06T00:00:00.000000Z")


def test_a_commit_stands_at_its_own_time_whatever_the_record_says(land, lake):
    land(create("like", createdAt="2030-01-01T00:00:00Z"), delete("like"))
    assert [kind for kind, *_ in told(lake)] == ["liked", "unliked"]
    assert REV < LATER < LAST
    assert all(row["event_time"] < JULY + timedelta(hours=1) for row in rows_of(lake.log, "event_id"))

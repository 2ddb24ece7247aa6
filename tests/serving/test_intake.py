"""What becomes of requests: new, again, in conflict, or of another number than was expected."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from pipelines.serving.intake.deciding import Kind
from pipelines.serving.intake.intake import Covered, Intake, Limits, UnavailableError
from pipelines.serving.intake.reading import RefusedError
from tests.landing.lines import counts, ids, line, rows_of
from tests.serving.intakes import OLDEST, told_by

BARE = {"event_type": "followed", "actor_id": 5, "followee_id": 7}


def test_what_is_new_is_taken_and_lands(taking):
    told = taking.take(BARE, line("e-1"))
    assert (told.kind, [one.kind for one in told.events]) == (Kind.TAKEN, [Kind.TAKEN] * 2)
    taking.seal()
    assert counts(taking.land())[1:] == (2, 0, 0, 0)
    assert sorted(ids(taking.lake)) == sorted(one.event_id for one in told.events)


def test_the_same_event_in_one_request_in_a_segment_and_in_the_log_is_taken_once(taking):
    assert taking.kinds(line("e-1"), line("e-1")) == ["taken", "again"]
    assert taking.kinds(line("e-1")) == ["again"]
    taking.seal()
    assert taking.land().landed == 1
    assert taking.kinds(line("e-1")) == ["again"]


def test_another_content_under_an_id_is_a_conflict_wherever_that_stands(taking):
    taking.take(line("e-1"))
    other = line("e-1", actor_id=6)
    assert taking.take(other).kind is Kind.CONFLICT
    taking.seal()
    taking.land()
    assert taking.kinds(line("e-2"), other, line("e-3")) == ["taken", "conflict", "taken"]
    assert taking.take(line("e-2"), line("e-2", actor_id=6)).kind is Kind.CONFLICT


def test_of_a_request_with_a_conflict_nothing_is_taken(taking):
    taking.take(line("e-1"))
    assert taking.take(line("e-2"), line("e-1", actor_id=6)).kind is Kind.CONFLICT
    assert taking.kinds(line("e-2")) == ["taken"]


def test_what_a_file_landed_is_known(taking, land_file):
    land_file(line("e-1"))
    assert taking.kinds(line("e-1")) == ["again"]
    land_file(line("e-2"))
    assert (taking.kinds(line("e-2")), taking.take(line("e-2", actor_id=6)).kind) == (["again"], Kind.CONFLICT)


def test_an_event_written_in_another_way_is_the_same(taking):
    taking.take(line("e-1", "posted", mentioned_ids=[]))
    spaced = json.dumps(json.loads(line("e-1", "posted")) | {"version": 1, "language": None}, indent=1).encode()
    assert taking.kinds(spaced) == ["again"]
    later = line("e-1", "posted", event_time="2025-12-31T11:00:00.000000+01:00")
    assert taking.kinds(later) == ["again"]


def test_an_event_that_came_without_a_time_comes_again_without_one(taking):
    first = taking.take(BARE | {"event_id": "e-1"})
    again = taking.take(BARE | {"event_id": "e-1"})
    assert (again.kind, again.events[0].time) == (Kind.AGAIN, first.events[0].time)
    taking.seal()
    taking.land()
    landed = taking.take(BARE | {"event_id": "e-1"})
    assert (landed.kind, landed.events[0].time) == (Kind.AGAIN, first.events[0].time)
    assert taking.take(BARE | {"event_id": "e-1", "followee_id": 8}).kind is Kind.CONFLICT


def test_the_number_is_of_the_log_and_of_segments_each_event_once(taking, land_file):
    assert taking.number(5) == 0
    land_file(line("e-1"), line("e-2", actor_id=6))
    taking.take(line("e-3"), line("e-4"))
    assert (taking.number(5), taking.number(6)) == (3, 1)
    taking.seal()
    taking.land_without_moving()
    assert taking.number(5) == 3
    taking.take(line("e-5"))
    taking.land()
    assert taking.number(5) == 4


def test_of_two_who_saw_the_same_number_one_appends(taking):
    with ThreadPoolExecutor(8) as threads:
        for number in range(20):
            asked = [threads.submit(taking.take, BARE, expected=number) for _ in range(8)]
            kinds = sorted(one.result().kind.value for one in asked)
            assert kinds == ["changed"] * 7 + ["taken"]
    assert taking.number(5) == 20


def test_a_number_that_is_another_is_told_and_nothing_taken(taking, land_file):
    land_file(line("e-1"))
    told = taking.take(line("e-2"), expected=0)
    assert (told.kind, told.present, taking.number(5)) == (Kind.CHANGED, 1, 1)
    told = taking.take(line("e-2"), line("e-3", "posted"), expected=1)
    assert (told.kind, told.present) == (Kind.TAKEN, 3)


def test_a_file_that_lands_after_the_number_was_seen_is_counted(taking, land_file):
    taking.take(line("e-1"))
    assert taking.number(5) == 1
    land_file(line("e-2"))
    assert taking.take(line("e-3"), expected=1).present == 2
    taking.seal()
    taking.land()
    assert taking.take(line("e-3"), expected=2).kind is Kind.TAKEN


def test_a_conditional_request_that_comes_again_has_its_answer_again(taking):
    assert taking.take(line("e-1"), expected=0).kind is Kind.TAKEN
    assert taking.take(line("e-1"), expected=0).kind is Kind.AGAIN


def test_a_conditional_request_is_of_one_actor(taking):
    with pytest.raises(RefusedError, match="expected events of one actor, found 2"):
        taking.take(line("e-1"), line("e-2", actor_id=6), expected=0)


def test_killed_and_begun_again_all_is_as_it_was(taking, land_file):
    land_file(line("e-1"))
    taking.take(line("e-2"), line("e-3"))
    taking.die()
    taking.begin()
    assert (taking.number(5), taking.kinds(line("e-2"))) == (3, ["again"])
    assert taking.take(line("e-2", actor_id=6)).kind is Kind.CONFLICT
    assert counts(taking.land())[1:] == (2, 0, 0, 0)
    assert taking.number(5) == 3


def test_it_is_known_which_landing_covers_an_event(taking, land_file):
    land_file(line("e-1"))
    taking.take(line("e-2"))
    covered = taking.intake.covered
    assert [covered(one) for one in ("e-1", "e-2", "e-3")] == [Covered(landing=1), Covered(waits=True), Covered()]
    taking.seal()
    taking.land()
    while covered("e-2").waits:
        time.sleep(0.01)
    assert covered("e-2") == Covered(landing=2)


def test_too_much_that_waits_is_not_taken(taking, tmp_path):
    intake = Intake(taking.lake, str(tmp_path / "other"), OLDEST, Limits(body=300, waiting=100))
    with pytest.raises(RefusedError, match="expected at most 300 bytes"):
        intake.take(b" " * 301, None, print)
    told_by(partial(intake.take, line("e-1"), None))
    with pytest.raises(UnavailableError, match="more than 100 bytes wait for a landing"):
        intake.take(line("e-2"), None, print)
    intake.close()


def test_what_landed_says_what_was_answered(taking):
    told = taking.take(BARE | {"event_type": "posted", "post_id": 9, "text": "hé\n"} | {"followee_id": None})
    taking.seal()
    taking.land()
    (row,) = rows_of(taking.lake.log, "event_id")
    assert (row["event_id"], row["text"]) == (told.events[0].event_id, "hé\n")

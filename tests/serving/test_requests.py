"""Requests as they are read: what lines lack is made, and all that is wrong with them is told."""

import json

import pytest

from pipelines.serving.intake.reading import RefusedError, events_of
from tests.landing.lines import CLOCK, line

NOW = int(CLOCK.timestamp() * 1_000_000)


@pytest.fixture
def read():
    made = iter(range(1, 100))
    return lambda body, most=10: events_of(body, most, lambda: f"made-{next(made)}", NOW)


def bare(**changes):
    return json.dumps({"event_type": "followed", "actor_id": 5, "followee_id": 7} | changes).encode()


def test_an_id_and_a_time_that_a_line_lacks_are_made_and_stand_in_it(read):
    (event,) = read(bare())
    assert json.loads(event.line) == json.loads(bare()) | {
        "event_id": "made-1",
        "event_time": "2026-01-01T00:00:00.000000Z",
        "version": 1,
    }
    assert (event.has_own_id, event.has_own_time, event.time) == (True, True, NOW)


@pytest.mark.parametrize("name", ["event_id", "event_time"])
def test_null_is_as_none(read, name):
    (event,) = read(bare(**{name: None}))
    assert (event.event_id, event.time) == ("made-1", NOW)


def test_what_a_line_has_stays(read):
    (event,) = read(line("e-1"))
    assert (event.event_id, event.has_own_id, event.has_own_time) == ("e-1", False, False)


def test_lines_are_read_in_order_and_blank_ones_passed_over(read):
    events = read(b"\xef\xbb\xbf" + line("e-1") + b"\r\n\n \n" + bare() + b"\n")
    assert [(event.number, event.event_id) for event in events] == [(1, "e-1"), (4, "made-1")]


def test_one_object_may_stand_on_several_lines(read):
    (event,) = read(json.dumps(json.loads(line("e-1")), indent=2).encode())
    assert event.event_id == "e-1"


def test_all_faults_of_all_lines_are_told(read):
    with pytest.raises(RefusedError) as refused:
        read(b"\n".join([line("e-1"), bare(actor_id=0, mood=1), b"bad"]))
    told = refused.value.told
    assert (refused.value.status, [one["line"] for one in told["lines"]]) == (422, [2, 3])
    assert len(told["lines"][0]["faults"]) == 2


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"\n \n", 400), (b"\n".join([bare()] * 11), 413)])
def test_nothing_and_too_much_are_refused(read, body, status):
    with pytest.raises(RefusedError) as refused:
        read(body)
    assert refused.value.status == status


def test_as_many_lines_as_may_be_are_taken(read):
    assert len(read(b"\n\n".join([bare()] * 10) + b"\n")) == 10

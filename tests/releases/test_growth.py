"""A lake in which more lives is made in more buckets, by a rebuild that says so before and after."""

import pytest

from pipelines.landing.land import land
from pipelines.releases.release import release
from pipelines.runs import history
from pipelines.runs.extraction import extract
from pipelines.runs.planning import buckets_of, look, plan
from pipelines.runs.plans import Mode, Request
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.landing.lines import file_of, line

ROOM = 512 * 100
"""The memory of a task whose buckets have a hundred events."""


def follows(path, first, end):
    return file_of(path, *(line(f"e-{number}", followee_id=1000 + number) for number in range(first, end)))


@pytest.fixture
def small(engine, tmp_path):
    """A lake of fifty events, in one bucket."""
    lake = Lake.at(str(tmp_path / "lake"))
    land(lake, engine, [follows(tmp_path / "first.jsonl", 0, 50)])
    run(lake, engine, memory=ROOM * engine.slots)
    return lake


@pytest.mark.parametrize(("events", "buckets", "mode"), [(150, 1, Mode.MERGED), (400, 4, Mode.REBUILT)])
def test_four_times_the_buckets_are_a_rebuild(small, engine, tmp_path, events, buckets, mode):
    land(small, engine, [follows(tmp_path / "more.jsonl", 50, events)])
    start = look(small)
    planned = plan(start, Request({}), frozenset(), buckets_of(start, ROOM))
    done = run(small, engine, memory=ROOM * engine.slots)
    said = "landing 2 is new" if mode == Mode.MERGED else "landing 2 is new: 4 buckets instead of 1"
    assert (planned.reason, done.reason) == (said, said)
    assert planned.modes["relations/follows"] == done.modes["relations/follows"] == mode
    assert release(small).buckets == buckets
    assert done.release.tables["views/followees"].rows == events


def test_what_was_withdrawn_makes_no_buckets_but_portions_of_events(small, engine, tmp_path, monkeypatch):
    for turn in range(4):
        land(small, engine, [toggled(tmp_path / f"{turn}.jsonl", turn)])
        assert run(small, engine, memory=ROOM * engine.slots).reason == f"landing {turn + 2} is new"
    asked = []
    monkeypatch.setattr(history, "extract", lambda *given: asked.append(given[-1]) or extract(*given))
    rebuilt = run(small, engine, memory=ROOM * engine.slots, rebuild=True)
    assert (rebuilt.published, rebuilt.release.buckets, asked) == (False, 1, [5])
    assert rebuilt.release.tables["views/followees"].rows == 50


def toggled(path, turn):
    """Everybody is unfollowed, and followed again."""
    events = [
        line(f"{kind}-{turn}-{number}", kind, event_time=f"2026-03-04T1{turn}:0{minute}:00Z", followee_id=1000 + number)
        for minute, kind in enumerate(["unfollowed", "followed"])
        for number in range(50)
    ]
    return file_of(path, *events)

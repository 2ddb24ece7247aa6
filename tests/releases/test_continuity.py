"""A log that is no longer the one that a release was made of: told by landing and event, gone on from when asked."""

import json
import shutil
from pathlib import Path

import pytest
from deltalake import DeltaTable

from pipelines.landing.land import land
from pipelines.log.continuity import OtherLog
from pipelines.reading.inspection import status_of
from pipelines.runs import run as runs
from pipelines.runs.history import IncompleteLog
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of, ids, rows_of
from tests.releases.worlds import deeds, releases, served

GONE = (
    "the log at {log} is not the one that release 2 was made of: landing 2 is gone, with "
    "4 of 14 blocked of 2026-01-01, 4 of 14 deactivated of 2026-01-01, "
    "4 of 14 followed of 2026-01-01, 4 of 14 liked of 2026-01-01, "
    "4 of 14 muted of 2026-01-01, 4 of 14 posted of 2026-01-01 and 2 more; "
    "land their sources again, or go on from what is there with `newsfeed run --accept-log`"
)


@pytest.fixture
def lake(undisturbed, copy):
    """Two landings, a release of each."""
    return copy(undisturbed)


@pytest.fixture
def old_log(landed):
    """The log as it was before the second landing."""
    return Path(landed.log)


def put_back(lake, old_log):
    shutil.rmtree(lake.log)
    shutil.copytree(old_log, lake.log)


def restore(lake, _):
    table = DeltaTable(lake.log)
    table.restore(table.version() - 1)


def land_more(lake, engine, tmp_path, *numbers, day=30):
    return land(lake, engine, [file_of(tmp_path / "more", *deeds(day, *numbers))], clock=CLOCK)


def refusal(lake, engine, **given):
    with pytest.raises(OtherLog) as raised:
        run(lake, engine, **given)
    return str(raised.value)


def require_made_of_the_log(lake, engine, tmp_path):
    """What is served is what a new lake makes of the events that the log has."""
    lines = [str(row["event_id"]) for row in rows_of(lake.log, "event_id")]
    other = Lake.at(str(tmp_path / "other"))
    sources = [line for line in (*deeds(30, *range(10), 15), *deeds(31, *range(10, 14))) if _id(line) in lines]
    land(other, engine, [file_of(tmp_path / "all", *sources)], clock=CLOCK)
    run(other, engine)
    assert ids(other) == ids(lake)
    assert served(lake) == served(other)


def _id(line):
    return json.loads(line)["event_id"]


@pytest.mark.parametrize("lose", [put_back, restore])
def test_a_landing_that_is_gone_from_the_log_is_told_and_nothing_published(lake, old_log, engine, lose):
    lose(lake, old_log)
    told = GONE.format(log=lake.log)
    for given in ({}, {"rebuild": True}, {"view": "posts"}, {"policy": {"cap": 3}}):
        assert refusal(lake, engine, **given) == told
    assert (releases(lake), status_of(lake)["release"]["gone"]) == ([1, 2], told)


@pytest.mark.parametrize("lose", [put_back, restore])
def test_the_log_is_gone_on_from_when_asked(lake, old_log, engine, tmp_path, lose):
    lose(lake, old_log)
    done = run(lake, engine, accept_log=True)
    assert (done.published, done.reason, done.release.number, done.release.landing) == (True, "the log as it is", 3, 3)
    assert run(lake, engine).reason == "nothing new"
    assert status_of(lake)["release"]["gone"] is None
    require_made_of_the_log(lake, engine, tmp_path)
    assert land_more(lake, engine, tmp_path, 15).number == 4
    assert run(lake, engine).reason == "landing 4 is new"
    require_made_of_the_log(lake, engine, tmp_path)


@pytest.mark.parametrize("lose", [put_back, restore])
def test_a_landing_on_a_log_that_lost_some_gets_a_new_number_and_is_told(lake, old_log, engine, tmp_path, lose):
    lose(lake, old_log)
    landing = land_more(lake, engine, tmp_path, 15)
    assert (landing.number, landing.gone) == (3, GONE.format(log=lake.log))
    assert refusal(lake, engine) == GONE.format(log=lake.log)
    assert run(lake, engine, accept_log=True).release.landing == 4
    assert run(lake, engine).reason == "nothing new"
    require_made_of_the_log(lake, engine, tmp_path)


@pytest.mark.parametrize("lose", [put_back, restore])
@pytest.mark.parametrize("later", [0, 1])
def test_what_is_landed_again_is_gone_no_longer(lake, old_log, engine, tmp_path, lose, later):
    lose(lake, old_log)
    again = file_of(tmp_path / "again", *deeds(31, *range(10, 14)))
    assert land(lake, engine, [again], clock=CLOCK.replace(day=1 + later)).number == 3
    done = run(lake, engine)
    assert (done.reason, done.release.number) == ("nothing new", 2)
    assert status_of(lake)["release"]["behind"] == 0
    land_more(lake, engine, tmp_path, 15)
    assert run(lake, engine).reason == "landing 4 is new"
    require_made_of_the_log(lake, engine, tmp_path)


def test_a_log_that_is_not_there_is_told(lake, engine, tmp_path):
    shutil.rmtree(lake.log)
    told = f"there is no log at {lake.log}, of which release 2 was made: put it back, or land its sources again"
    assert (refusal(lake, engine), status_of(lake)["release"]["gone"]) == (told, told)
    landing = land_more(lake, engine, tmp_path, *range(10))
    assert (landing.number, "landings 1 to 2 are gone" in landing.gone) == (3, True)


@pytest.mark.parametrize(("rows", "left"), [("landing = 2", 80), ("landing = 2 AND event_type = 'blocked'", 108)])
def test_rows_that_were_deleted_are_told_and_gone_on_without(lake, engine, tmp_path, rows, left):
    DeltaTable(lake.log).delete(rows)
    with pytest.raises(IncompleteLog) as raised:
        run(lake, engine, rebuild=True)
    told = str(raised.value).splitlines()
    assert "  blocked of 2026-01-01: expected 14 events (hash " in told[1]
    assert told[-1] == "`newsfeed run --accept-log` goes on from what is there"
    assert run(lake, engine, accept_log=True).release.events == left
    assert run(lake, engine, rebuild=True).reason == "rebuild: the same again"
    land_more(lake, engine, tmp_path, 15)
    assert run(lake, engine).release.events == left + 8
    require_made_of_the_log(lake, engine, tmp_path)


def test_a_log_that_lost_nothing_is_accepted_without_a_trace(lake, engine):
    version = DeltaTable(lake.log).version()
    assert run(lake, engine, accept_log=True).reason == "the log as it is: the same again"
    assert (DeltaTable(lake.log).version(), releases(lake)) == (version, [1, 2])


def test_a_log_that_was_accepted_stays_so_when_the_run_fails_later(lake, old_log, engine, tmp_path, monkeypatch):
    put_back(lake, old_log)
    monkeypatch.setattr(runs, "build", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(lake, engine, accept_log=True)
    monkeypatch.undo()
    assert status_of(lake)["release"]["gone"] is None
    assert "run for all views first" in refusal(lake, engine, view="posts")
    assert run(lake, engine).published
    require_made_of_the_log(lake, engine, tmp_path)


def test_of_what_landed_since_the_last_release_nothing_may_be_missing(released, engine, copy):
    lake = copy(released)
    DeltaTable(lake.log).delete("landing = 2 AND event_type = 'blocked'")
    with pytest.raises(IncompleteLog, match="blocked of "):
        run(lake, engine)

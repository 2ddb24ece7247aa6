"""How far streams were behind when they were last read is told, whatever a landing brought since."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from pipelines import following
from tests.cli.test_metrics import values
from tests.landing.lines import file_of, line
from tests.landing.memory_stream import HELD, RECORDS
from tests.landing.test_streams import URL, came

__all__ = ["came"]

BEHIND, READ = (f'newsfeed_stream_{what}{{stream="{URL}"}}' for what in ("behind_records", "read_timestamp_seconds"))


@pytest.fixture
def ask(call, tmp_path):
    """A function that asks a command of the test's lake, which is to succeed; what it says."""

    def do(*arguments):
        said = call(*arguments, "--root", tmp_path / "lake")
        assert (said.code, said.err) == (0, "")
        return said.out

    return do


@pytest.fixture
def held(came, monkeypatch):
    """A function that lets so many records, the last ones, be of a transaction that is open."""
    return lambda count: monkeypatch.setitem(HELD, "events", count)


def test_what_a_stream_has_behind_what_was_read_is_told_though_nothing_landed(ask, came, held):
    came += [line("e-1"), line("e-2")]
    ask("land", URL)
    assert values(ask("metrics"))[BEHIND] == 0
    came += [line("e-3"), line("e-4"), line("e-5")]
    held(3)
    assert json.loads(ask("land", URL, "--json"))["streams"] == {URL: 3}
    found = values(ask("metrics"))
    assert (found["newsfeed_landings"], found[BEHIND]) == (1, 3)
    assert found[READ] == pytest.approx(datetime.now(UTC).timestamp(), abs=30)
    came.pop()
    held(0)
    ask("land", URL)
    assert values(ask("metrics"))[BEHIND] == 0


def test_it_stays_told_when_something_else_lands(ask, came, held, tmp_path, monkeypatch):
    came.append(line("e-1"))
    held(1)
    ask("land", URL)
    monkeypatch.setitem(RECORDS, "others", [line("o-1")])
    ask("land", "memory://others", file_of(tmp_path / "a", line("e-2")))
    found = values(ask("metrics"))
    assert (found[BEHIND], found[BEHIND.replace("events", "others")]) == (1, 0)


def test_status_says_it_with_when_that_was(ask, came, held):
    came.append(line("e-1"))
    ask("land", URL)
    came.append(line("e-2"))
    held(1)
    ask("land", URL)
    (said,) = (told for told in ask("status").splitlines() if told.startswith("stream "))
    assert said.startswith(f"stream      {URL}, 1 record behind when it was read ")
    assert said.endswith(" s ago")
    stream = json.loads(ask("status", "--json"))["streams"][URL]
    assert (stream["next"], stream["behind"]) == (1, 1)


def test_of_a_stream_whose_measure_is_lost_nothing_is_told(ask, came, tmp_path):
    came.append(line("e-1"))
    ask("land", URL)
    for file in (tmp_path / "lake" / "metrics").glob("stream-*"):
        file.write_text("odd")
    assert not {BEHIND, READ} & set(values(ask("metrics")))
    assert f"stream      {URL}\n" in ask("status")


def test_a_follower_tells_a_person_lag_and_freshness(ask, came, held, monkeypatch):
    now = datetime.now(UTC)
    came += [line("e-1", event_time=(now - timedelta(hours=2)).isoformat()), line("e-1"), b"poison", line("e-2")]
    held(1)

    def sleep(_seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(following, "sleep", sleep)
    said = ask("follow", URL, "--run-every", "1s").splitlines()
    landed = r"landed 1 event as landing 1 in \d+\.\d s: 0 duplicate, 2 quarantined, 1 record behind"
    released = r"release 1 of 1 event in \d+\.\d s, the newest (\d+\.\d) s old"
    told = [re.fullmatch(r"\d\d:\d\d:\d\dZ (.*)", one)[1] for one in said]
    assert re.fullmatch(landed, told[0])
    assert float(re.fullmatch(released, told[1])[1]) == pytest.approx(7200, abs=60)
    assert told[2:] == ["ended after 1 landing and 1 release"]


def test_a_follower_tells_how_far_it_is_behind_when_that_is_another_number(ask, came, monkeypatch):
    came += [line("e-1"), line("e-2")]
    holds = iter([2, 2, 1, 0, 0])
    monkeypatch.setitem(HELD, "events", next(holds))

    def sleep(_seconds):
        held = next(holds, None)
        if held is None:
            raise KeyboardInterrupt
        HELD["events"] = held

    monkeypatch.setattr(following, "sleep", sleep)
    told = [json.loads(said) for said in ask("follow", URL, "--json").splitlines()]
    assert [(one["landed"]["landed"], one["landed"]["behind"]) for one in told[:-1]] == [(0, 2), (1, 1), (1, 0)]
    assert told[-1]["ended"] == {"landings": 2, "releases": 0}

"""Two processes that land at once keep every event once, and so does one that lands while another runs."""

import pytest

from pipelines.landing import land as landing
from pipelines.releases.release import release
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, events, file_of, ids, line, quarantined, rows_of

TIMES = 12
ADDED = ("landed", "duplicates")


@pytest.fixture
def lakes(tmp_path):
    return [Lake.at(str(tmp_path / f"lake{number}")) for number in range(TIMES)]


def summed(results):
    return tuple(sum(result[name] for result in results) for name in ADDED)


def test_one_file_landed_twice_at_once_lands_once(at_once, lakes, tmp_path):
    source = file_of(tmp_path / "a", *(line(f"e-{n}") for n in range(30)), b"bad", line("e-0", actor_id=6))
    for lake in lakes:
        job = (lake, "land", {"sources": [source]})
        assert summed(at_once(job, job)) == (30, 30)
        assert len(ids(lake)) == len(set(ids(lake))) == 30
        assert [row["line_number"] for row in quarantined(lake)] == [31, 32]


def test_two_files_that_overlap_land_every_event_once(at_once, lakes, tmp_path):
    first = file_of(tmp_path / "a", *(line(f"e-{n:02}") for n in range(20)), line("x", actor_id=1))
    second = file_of(tmp_path / "b", *(line(f"e-{n:02}") for n in range(10, 30)), line("x", actor_id=2))
    for lake in lakes:
        results = at_once(*((lake, "land", {"sources": [source]}) for source in (first, second)))
        assert summed(results) == (31, 10)
        assert ids(lake) == [*(f"e-{n:02}" for n in range(30)), "x"]
        assert sorted(result["number"] for result in results) == [1, 2]
        won = {1: first, 2: second}[events(lake)[-1]["actor_id"]]
        assert [row["source"] for row in quarantined(lake)] == [second if won == first else first]


def test_a_landing_and_a_run_at_once_both_end_well(at_once, lakes, engine, tmp_path):
    first, second = (file_of(tmp_path / name, line(f"e-{name}")) for name in "ab")
    for lake in lakes[:4]:
        landing.land(lake, engine, [first], clock=CLOCK)
        _, run = at_once((lake, "land", {"sources": [second]}), (lake, "run", {}))
        assert (run.get("says"), run.get("published")) == (None, True)
        covered = [row for row in rows_of(lake.log, "event_id") if row["landing"] <= release(lake).landing]
        assert len(covered) == release(lake).events

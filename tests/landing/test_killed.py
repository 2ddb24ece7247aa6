"""A landing that is killed anywhere (`kill -9`) and repeated ends as if it had run once."""

import pytest

from pipelines.cores import cores
from pipelines.sources.pieces import BLOCK, SMALL
from pipelines.storage.lake import Lake
from tests.landing.lines import counts, events, file_of, line, quarantined, rows_of

FILES = 1 + min(2, cores())  # the quarantine's, and for two stages one of the log for each core
TAKEN = [
    ("create", 1),
    ("create", 2),
    ("commit", 1),
    ("commit", 2),
    ("index", 1),
    *(("file", n) for n in range(1, FILES + 1)),
]
ROUNDS = [(step, number, when) for step, number in TAKEN for when in ("before", "after")]


@pytest.fixture
def sources(tmp_path):
    """Two files with a duplicate, conflicts and faults, of which one is too large to be read with others."""
    first = [
        line("e-1") + b" " * (BLOCK // SMALL),
        line("e-2", "posted"),
        b"bad",
        line("e-1", actor_id=6),
        line("e-3", "posted"),
    ]
    second = [line("e-2", "posted"), line("e-3", actor_id=6), line("e-4"), b"\xff"]
    return [file_of(tmp_path / "a.jsonl", *first), file_of(tmp_path / "b.jsonl.gz", *second)]


@pytest.fixture
def undisturbed(tmp_path, land, engine, sources):
    """The events and the quarantine of a lake where nothing died."""
    land(*sources)
    lake = Lake.at(str(tmp_path / "lake"))
    assert (len(events(lake)), len(quarantined(lake))) == (4, 4)
    return events(lake), quarantined(lake)


@pytest.mark.parametrize("kill", ROUNDS, ids=lambda kill: " ".join(map(str, kill)))
def test_killed_and_repeated_it_ends_as_if_it_had_run_once(processes, killed, tmp_path, sources, undisturbed, kill):
    lake = Lake.at(str(tmp_path / "killed"))
    killed(lake, "land", kill, sources=sources)
    processes[0].do(lake, "land", sources=sources)
    assert (events(lake), quarantined(lake)) == undisturbed
    assert {row["landing"] for row in rows_of(lake.log, "event_id")} == {1}


def test_killed_before_its_commit_it_has_landed_nothing_and_after_it_all(killed, tmp_path, sources, undisturbed):
    for when, found in [("before", []), ("after", undisturbed[0])]:
        lake = Lake.at(str(tmp_path / when))
        killed(lake, "land", ("commit", 2, when), sources=sources)
        assert (events(lake), quarantined(lake)) == (found, undisturbed[1])


def test_killed_after_a_landing_before_it_takes_that_for_granted(land, killed, lake, tmp_path, sources):
    land(file_of(tmp_path / "earlier", line("e-3", actor_id=6)))
    killed(lake, "land", ("commit", 2, "before"), sources=sources)
    assert counts(land(*sources)) == (9, 3, 2, 4, 0)
    assert {row["event_id"]: row["landing"] for row in rows_of(lake.log, "event_id")} == {
        "e-1": 2, "e-2": 2, "e-3": 1, "e-4": 2,
    }  # fmt: skip

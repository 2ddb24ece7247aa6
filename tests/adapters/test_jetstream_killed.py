"""A landing of Jetstream's that is killed or told to end anywhere and repeated ends as if it had run once."""

import pytest

from pipelines.cores import cores
from pipelines.sources.pieces import BLOCK, SMALL
from pipelines.storage.lake import Lake
from tests.adapters.bluesky import BEN, EVE, create, delete
from tests.adapters.conftest import JULY
from tests.landing.lines import events, file_of, orphans, quarantined, rows_of

FILES = 3 + min(3, cores())  # three that are no files of the log, of which each core writes one for three stages
TAKEN = [("create", 1), ("create", 2), ("create", 3), ("commit", 1), ("commit", 2), ("commit", 3)]
TAKEN += [("file", n) for n in range(1, FILES + 1)]
ROUNDS = [(step, number, when) for step, number in TAKEN for when in ("before", "after")]


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Two files, of which one is too large to be read with others."""
    first = [
        create("like") + b" " * (BLOCK // SMALL),
        delete("like", "k2"),
        b"bad",
        create("follow", did=BEN, subject=EVE),
    ]
    second = [delete("like"), create("post"), create("repost", did=EVE), delete("follow", "unseen")]
    folder = tmp_path_factory.mktemp("given")
    sources = [file_of(folder / "a", *first), file_of(folder / "b.gz", *second)]
    return {"sources": sources, "format": "jetstream", "clock": JULY.isoformat()}


def found(lake):
    return events(lake), quarantined(lake), rows_of(lake.identities, "id")


@pytest.fixture(scope="module")
def undisturbed(processes, tmp_path_factory, given):
    lake = Lake.at(str(tmp_path_factory.mktemp("undisturbed")))
    processes[0].do(lake, "land", **given)
    assert [len(rows) for rows in found(lake)] == [5, 3, 5]
    return found(lake)


@pytest.mark.parametrize("kill", ROUNDS, ids=lambda kill: " ".join(map(str, kill)))
def test_killed_and_repeated_it_ends_as_if_it_had_run_once(processes, killed, tmp_path, given, undisturbed, kill):
    lake = Lake.at(str(tmp_path / "killed"))
    killed(lake, "land", kill, **given)
    processes[0].do(lake, "land", **given)
    assert found(lake) == undisturbed
    assert {row["landing"] for row in rows_of(lake.log, "event_id")} == {1}


@pytest.mark.parametrize("at", [("file", FILES, "after"), ("commit", 2, "before"), ("commit", 2, "after")])
def test_told_to_end_it_leaves_no_file_that_no_commit_names(processes, ended, tmp_path, given, undisturbed, at):
    lake = Lake.at(str(tmp_path / "ended"))
    ended(lake, "land", at, **given)
    assert orphans(lake) == []
    processes[0].do(lake, "land", **given)
    assert found(lake) == undisturbed


def test_no_event_has_landed_before_its_names(killed, tmp_path, given, undisturbed):
    for number, has in [(1, (0, 0, 0)), (2, (0, 3, 0)), (3, (0, 3, 5))]:
        lake = Lake.at(str(tmp_path / f"before{number}"))
        killed(lake, "land", ("commit", number, "before"), **given)
        assert tuple(len(rows) for rows in found(lake)) == has


def test_two_landings_of_one_file_at_once_land_it_once(at_once, tmp_path, given, undisturbed):
    for number in range(6):
        lake = Lake.at(str(tmp_path / f"lake{number}"))
        results = at_once((lake, "land", given), (lake, "land", given))
        assert sorted(result["landed"] for result in results) == [0, 5]
        assert found(lake) == undisturbed

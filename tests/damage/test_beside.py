"""Damage of the quarantine, and of the names behind ids: told with what was lost, and back from its sources."""

import re
import shutil
from pathlib import Path

import pytest
from deltalake import DeltaTable

from pipelines.landing import rejects
from pipelines.landing.land import land
from pipelines.landing.readmission import readmit
from pipelines.repair import beside
from pipelines.repair.deltalogs import set_aside
from pipelines.repair.relanding import land_again
from pipelines.storage import delta
from pipelines.storage.lake import Lake
from pipelines.verification import quick
from tests.adapters.bluesky import ADA, BEN, EVE, create
from tests.adapters.conftest import JULY
from tests.damage.test_repair import HARMS
from tests.landing.lines import CLOCK, events, file_of, line, quarantined, rows_of

NAMES = {"a.jsonl": [create("follow")], "b.jsonl": [create("follow", "k2", did=EVE)]}
LINES = {"a": [line(), b"bad", b"\xff"], "b": [line("e-2"), b"worse"], "c": [b"of another landing", line("e-3")]}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    return {name: file_of(folder / name, *lines) for name, lines in (NAMES | LINES).items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory, engine, sources):
    """A lake with lines in quarantine of two landings, and names of another."""
    lake = Lake.at(str(tmp_path_factory.mktemp("beside") / "lake"))
    land(lake, engine, [sources["a"], sources["b"]], clock=CLOCK)
    land(lake, engine, [sources["c"]], clock=CLOCK)
    land(lake, engine, [sources[name] for name in NAMES], format_name="jetstream", clock=JULY)
    return lake


@pytest.fixture
def lake(whole, tmp_path):
    shutil.copytree(whole.root, tmp_path / "lake")
    return Lake.at(str(tmp_path / "lake"))


@pytest.fixture
def again(lake, engine, sources):
    """Repair the lake from sources by their names."""

    def land_from(*names, format_name="events"):
        found = beside.of(lake)
        return land_again(lake, engine, None, found, [sources[name] for name in names], format_name)

    return land_from


def files(table):
    """The data files of a table, the one with most rows first."""
    facts = delta.facts_of_files(delta.find(table), ["num_records", "path"])
    return [Path(table, path) for _, path in sorted(facts, reverse=True)]


def content(lake):
    return quarantined(lake), rows_of(lake.identities, "id"), events(lake)


@pytest.mark.parametrize("harm", ["flipped", "cut off", "empty", "gone"])
def test_lines_in_quarantine_are_told_of_and_come_again_from_their_sources(lake, whole, sources, again, harm):
    place = files(lake.quarantine)[0]
    HARMS[harm](place)
    found = beside.of(lake)
    assert (list(found), found["quarantine"].rows) == (["quarantine"], 3)
    assert (list(found["quarantine"].files), found["quarantine"].sources) == (
        [str(place)],
        (sources["a"], sources["b"]),
    )
    done = again("a", "b")
    assert (done.is_whole, done.landing.newly_quarantined, done.landing.landed) == (True, 3, 0)
    assert (beside.of(lake), content(lake)) == ({}, content(whole))


@pytest.mark.parametrize("harm", ["flipped", "gone"])
def test_names_behind_ids_come_again_from_their_sources(lake, whole, again, harm):
    for place in files(lake.identities):
        HARMS[harm](place)
    found = beside.of(lake)
    assert (list(found), found["identities"].rows) == (["identities"], len({ADA, BEN, EVE}))
    assert again(*NAMES, format_name="jetstream").is_whole
    assert (beside.of(lake), content(lake)) == ({}, content(whole))


def test_names_whose_commit_was_lost_come_again_when_their_sources_land(lake, whole, engine, sources):
    commit = max(Path(lake.identities, "_delta_log").glob("*.json"))
    commit.write_bytes(b"")
    assert set_aside(lake) == [f"{commit} is empty"]
    for name in NAMES:
        land(lake, engine, [sources[name]], format_name="jetstream", clock=JULY)
    assert rows_of(lake.identities, "id") == rows_of(whole.identities, "id")


def test_what_is_missing_is_told_of_until_it_is_back(lake, whole, again):
    HARMS["flipped"](files(lake.quarantine)[0])
    assert not again("b").is_whole
    assert (beside.of(lake)["quarantine"].rows, beside.of(lake)["quarantine"].files) == (2, {})
    assert again("a").is_whole
    assert (beside.of(lake), content(lake)) == ({}, content(whole))


def test_once_nothing_more_comes_what_is_missing_is_given_up(lake, again):
    place = files(lake.quarantine)[0]
    HARMS["flipped"](place)
    assert not again("c").is_whole
    assert list(beside.of(lake)["quarantine"].files) == [str(place)]
    again("b")
    assert not again("c").is_whole
    assert beside.of(lake) == {}


def test_other_lines_than_those_that_were_lost_are_told_of(lake, engine, sources, again, tmp_path):
    HARMS["flipped"](files(lake.quarantine)[1])
    sources = sources | {"d": file_of(tmp_path / "d", b"another")}
    done = land_again(lake, engine, None, beside.of(lake), [sources["d"]], "events")
    assert (done.is_whole, done.landing.newly_quarantined) == (False, 1)


def test_lines_that_have_left_the_quarantine_are_not_lost(lake, engine, monkeypatch):
    assert readmit(lake, engine)
    assert beside.of(lake) == {}
    other = Lake.at(f"{lake.root}-other")
    land(
        other,
        engine,
        [file_of(Path(lake.root).parent / "late", line(event_time="2026-03-01T00:00:00Z"), b"bad")],
        clock=CLOCK,
    )
    assert readmit(other, engine)[0].landed == 1
    assert (beside.of(other), len(quarantined(other))) == ({}, 1)


def test_rows_that_another_tool_took_away_are_told_of(lake):
    assert quick._beside("quarantine", lake.quarantine).is_right
    DeltaTable(lake.quarantine).delete("line_number = 2")
    assert beside.of(lake)["quarantine"].rows == 2
    assert re.match("expected 4 rows .*, found 2 ", quick._beside("quarantine", lake.quarantine).told)


@pytest.mark.parametrize("harm", ["flipped", "cut off", "empty", "gone"])
def test_a_long_line_comes_again_from_its_source(tmp_path, lake, engine, monkeypatch, harm):
    monkeypatch.setattr(rejects, "INLINE", 100)
    source = file_of(tmp_path / "long", b"x" * 1000)
    land(lake, engine, [source], clock=CLOCK)
    before = content(lake)
    (kept,) = Path(lake.quarantine_raw).iterdir()
    HARMS[harm](kept) if harm != "cut off" else kept.write_bytes(b"x" * 100)
    found = beside.of(lake)
    assert list(found["quarantine"].long_lines) == [str(kept)]
    assert land_again(lake, engine, None, found, [source], "events").is_whole
    assert (beside.of(lake), content(lake), kept.read_bytes()) == ({}, before, b"x" * 1000)

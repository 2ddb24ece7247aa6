"""Versions of the contract are deployed one after another over the same log, each in processes of its own."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.storage import delta
from pipelines.storage.lake import Lake
from tests.landing.lines import events, file_of, line, quarantined, rows_of
from tests.versions.deployments import Deployment

NAMES = {"username": "ann", "first_name": "Ann", "last_name": "Lee"}


def post(number, **given):
    return line(f"p{number}", "posted", post_id=number, text=f"text {number}", **given)


FIRST = [
    line("r1", "registered", **NAMES),
    line("r2", "registered", **NAMES, version=2, invited_by_id=5),
    post(1, language="en"),
    post(2),
    post(3, version=2, languages=["de", "pt-BR"]),
    post(4, version=3, languages=["fr"], licence="CC0"),
    line("l1", "liked", post_id=1, correlation_id="c"),
]
SECOND = [post(5, language="ja"), post(6, version=2, languages=[])]
THIRD = [post(7, language="is"), post(8, version=2, languages=["en"]), post(9, version=3, licence="CC0")]


@dataclass(frozen=True)
class State:
    """What a deployment left: the log's events, the lines in quarantine, and the languages of each standing post."""

    events: dict[str, dict[str, Any]]
    quarantine: dict[bytes, list[str]]
    languages: dict[int, list[str] | None]


def state_of(lake):
    return State(
        {event["event_id"]: event for event in events(lake)},
        {row["raw"]: row["faults"] for row in quarantined(lake)},
        {row["post_id"]: row.get("languages") for row in rows_of(lake.view("posts"))},
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("versions")


@pytest.fixture(scope="module")
def lake(place):
    return Lake.at(str(place / "lake"))


@pytest.fixture(scope="module")
def first(place, lake):
    """After the contract in which every version is the first."""
    deployed = Deployment(place / "first").knows_only_first_versions_of("posted", "registered")
    deployed.knows_the_first_common_fields_alone()
    deployed.newsfeed(lake.root, f"land {file_of(place / 'a.jsonl', *FIRST)}")
    return state_of(lake)


@pytest.fixture(scope="module")
def second(place, lake, first):
    """After the contract of today."""
    landing = f"land {file_of(place / 'b.jsonl', *SECOND)}"
    Deployment(place / "second").newsfeed(lake.root, "quarantine --readmit", landing, "run")
    return state_of(lake)


@pytest.fixture(scope="module")
def third_deployed(place):
    return Deployment(place / "third").has_the_diff_of("docs/changing-events.md")


@pytest.fixture(scope="module")
def third(place, lake, second, third_deployed):
    """After the contract that the documentation makes of today's."""
    landing = f"land {file_of(place / 'c.jsonl', *THIRD)}"
    third_deployed.newsfeed(lake.root, landing, "quarantine --readmit", "maintain --execute", "run", "verify")
    return state_of(lake)


def test_what_is_newer_than_the_contract_waits_in_quarantine(first):
    assert sorted(first.events) == ["p1", "p2", "r1"]
    assert list(first.quarantine) == [FIRST[1], *FIRST[4:]]
    assert first.quarantine[FIRST[6]] == ['"correlation_id": expected no such field in liked, found "c"']
    newer, unknown = first.quarantine[FIRST[4]]
    assert newer == "version: expected at most 1, found 2"
    assert unknown == '"languages": expected no such field in posted, found a list of 2'


def test_after_an_upgrade_it_lands_beside_lines_of_the_first_version(second):
    assert sorted(second.events) == ["l1", "p1", "p2", "p3", "p5", "p6", "r1", "r2"]
    assert list(second.quarantine) == [FIRST[5]]
    assert {name: one["correlation_id"] for name, one in second.events.items() if "correlation_id" in one} == {
        "l1": "c"
    }
    assert second.languages == {1: ["en"], 2: None, 3: ["de", "pt-BR"], 5: ["ja"], 6: None}


def test_a_third_version_goes_the_same_way(third):
    assert sorted(third.events) == ["l1", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "r1", "r2"]
    assert third.quarantine == {}
    given = {4: ["fr"], 7: ["is"], 8: ["en"], 9: None}
    assert third.languages == {1: ["en"], 2: None, 3: ["de", "pt-BR"], 5: ["ja"], 6: None, **given}


def test_files_of_all_versions_are_merged_into_one(third, lake):
    assert len(delta.paths(delta.find(lake.log))) == 1


def test_the_log_keeps_every_event_as_it_came(first, second, third):
    assert {name: third.events[name] for name in second.events} == second.events
    assert {name: second.events[name] for name in first.events} == first.events
    shown = [
        {name: third.events[f"p{n}"].get(name) for name in ("version", "language", "languages", "licence")}
        for n in (1, 3, 4)
    ]
    assert [tuple(one.values()) for one in shown] == [
        (1, "en", None, None), (2, None, ["de", "pt-BR"], None), (3, None, ["fr"], "CC0"),
    ]  # fmt: skip


def test_events_are_read_in_the_version_of_the_documentation(third_deployed, third, lake):
    script = Path(__file__).with_name("newest_posts.py")
    kept = "all rights reserved"
    assert json.loads(third_deployed.start(sys.executable, str(script), lake.root)) == [
        ["p1", 3, ["en"], kept], ["p2", 3, None, kept], ["p3", 3, ["de", "pt-BR"], kept], ["p4", 3, ["fr"], "CC0"],
        ["p5", 3, ["ja"], kept], ["p6", 3, None, kept], ["p7", 3, ["is"], kept], ["p8", 3, ["en"], kept],
        ["p9", 3, None, "CC0"],
    ]  # fmt: skip


def test_the_change_that_the_documentation_shows_is_whole(third_deployed):
    third_deployed.start(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/versions/test_contract.py"
    )

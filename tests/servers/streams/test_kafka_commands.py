"""The commands with topics: alone, beside files, as JSON, to repair from, on Spark."""

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.landing import attempts
from pipelines.landing.land import land as landed_by
from pipelines.storage import delta
from tests.cli.conftest import call
from tests.damage.test_repair import flip
from tests.landing.lines import CLOCK, events, file_of, ids, line, quarantined
from tests.servers.streams.topics import fill, landed_on, read_to

__all__ = ["call"]

pytestmark = pytest.mark.servers


@pytest.fixture
def url(kafka, topic):
    """A topic with an event twice, poison, and a tombstone."""
    fill(kafka, topic, [line("e-1"), line("e-2"), b"{poison", line("e-1"), None], partition=1)
    return kafka.url(topic)


def test_a_landing_is_told(url, lake, call):
    said = call("land", url, "--root", lake.root)
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "read         4 lines\n"
        "landed       2 events as landing 1\n"
        "duplicate    1 event, already there\n"
        "quarantined  1 line\n"
        "         1  line: expected JSON\n"
        "left out     1 line without a meaning here\n"
        "         1  tombstones\n"
    )
    said = call("quarantine", "--root", lake.root)
    assert f"{url}/1#2" in said.out


def test_a_landing_beside_a_file_is_told_as_json(url, lake, call, tmp_path):
    said = call("land", file_of(tmp_path / "a", line("e-2"), line("e-3")), url, "--root", lake.root, "--json")
    told = json.loads(said.out)
    assert [told[name] for name in ("lines", "landed", "duplicates", "quarantined", "behind")] == [6, 3, 2, 1, 0]
    assert told["left_out"] == {"tombstones": 1}


def test_a_topic_without_records_is_told(kafka, topic, lake, call):
    said = call("land", kafka.url(topic), "--root", lake.root)
    nothing = (
        "read         0 lines\nlanded       0 events\nduplicate    0 events, already there\nquarantined  0 lines\n"
    )
    assert (said.code, said.out, said.err) == (0, nothing, "")
    assert call("run", "--root", lake.root).code == 1
    assert call("run", "--allow-empty", "--root", lake.root).code == 0


def test_a_topic_is_no_inbox(url, lake, call, tmp_path):
    said = call("land", url, "--root", lake.root, "--done", tmp_path)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert url in said.err


def test_a_topic_has_no_files_of_ldbc(url, lake, call):
    said = call("land", url, "--root", lake.root, "--format", "ldbc")
    assert (said.code, said.err.count("\n"), ids(lake)) == (1, 1, [])
    assert said.err.startswith(f"error: cannot land {url}/1: it is not ldbc as this reads it: ")


def test_repair_lands_what_was_damaged_from_the_beginning_of_a_topic(url, lake, call):
    call("land", url, "--root", lake.root)
    before = events(lake), quarantined(lake), read_to(lake)
    for table in (lake.log, lake.quarantine):
        flip(Path(table, delta.paths(delta.find(table))[0]))
    assert call("repair", "--root", lake.root).code == 1
    said = call("repair", "--from", url, "--root", lake.root)
    assert (said.code, "all that was lost is back" in said.out) == (0, True)
    assert (events(lake), quarantined(lake), read_to(lake)) == before


def test_standard_input_beside_a_topic_is_read_once_though_another_landing_comes_first(
    url, lake, engine, land, land_in, monkeypatch
):
    require_there, overtaken = attempts._require_there, []

    def overtake(moves, before):
        if not overtaken:
            overtaken.append(True)
            land(url)
        require_there(moves, before)

    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(line("e-3") + b"\n")))
    monkeypatch.setattr(attempts, "_require_there", overtake)
    done = landed_by(lake, engine, ["-", url], clock=CLOCK)
    assert (done.landed, ids(lake)) == (1, ["e-1", "e-2", "e-3"])


def test_a_topic_lands_on_spark(url, lake, on_spark):
    assert on_spark(landed_on, lake.root, url) == 2
    assert (ids(lake), read_to(lake)) == (["e-1", "e-2"], {0: 0, 1: 5, 2: 0})

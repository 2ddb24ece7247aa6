"""Metrics: what Prometheus reads is what `status` says."""

import json
import re
from datetime import UTC, datetime

import pytest

from pipelines.reading.metrics import Metric, exposition, metrics_of
from tests.landing.lines import file_of, line

NEWEST = datetime(2025, 12, 31, 10, tzinfo=UTC)
SAMPLE = re.compile(r'newsfeed_[a-z_]+(\{[a-z_]+="(?:[^"\\\n]|\\.)*"\})? -?[0-9.e+]+')


def values(text):
    """The samples by their name with labels."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in lines)
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_all_that_status_says_is_told(ask):
    text = ask("metrics").out
    found = values(text)
    newest = datetime(2025, 12, 31, 11, tzinfo=UTC).timestamp()
    age = datetime.now(UTC).timestamp() - newest
    assert found["newsfeed_freshness_seconds"] == pytest.approx(age, abs=60)
    assert found['newsfeed_events{event_type="registered"}'] == 4
    assert found['newsfeed_view_rows{view="user_directory"}'] == 12
    names = ["landings", "quarantined_lines", "release", "release_events", "waiting_landings", "waiting_events"]
    assert [found[f"newsfeed_{name}"] for name in names] == [2, 2, 2, 11, 0, 0]
    assert found["newsfeed_newest_event_timestamp_seconds"] == newest
    assert found["newsfeed_log_is_whole"] == 1
    told = re.findall(r"^# (HELP|TYPE) (\w+)", text, re.MULTILINE)
    names = list(dict.fromkeys(name.split("{")[0] for name in found))
    assert told == [(kind, name) for name in names for kind in ("HELP", "TYPE")]


def test_what_is_not_known_is_not_told(call, tmp_path):
    call("land", file_of(tmp_path / "a", line()), "--root", tmp_path / "lake")
    found = values(call("metrics", "--root", tmp_path / "lake").out)
    assert set(found) == {
        'newsfeed_events{event_type="followed"}', "newsfeed_landings", "newsfeed_quarantined_lines",
        "newsfeed_newest_event_timestamp_seconds", "newsfeed_landing_seconds", "newsfeed_landing_lines",
        "newsfeed_landing_bytes",
    }  # fmt: skip
    said = call("metrics", "--root", tmp_path / "nothing")
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)


def record(root, name):
    return json.loads((root / "metrics" / f"{name}.json").read_text())


def test_each_landing_and_each_run_leaves_a_record_of_what_it_measured(call, tmp_path):
    root = tmp_path / "lake"
    call("land", file_of(tmp_path / "a", line("e-1"), line("e-1"), b"odd"), "--root", root)
    call("run", "--root", root)
    landing, release = record(root, "landing-1"), record(root, "release-1")
    assert (landing["landing"], landing["lines"], landing["landed"], landing["duplicates"]) == (1, 3, 1, 1)
    assert (landing["quarantined"], list(landing["faults"].values()), landing["seconds"] > 0) == (1, [1], True)
    assert landing["bytes"] == sum(file.stat().st_size for file in (root / "log").rglob("part-*.parquet"))
    assert (release["release"], release["landing"], release["events"]) == (1, 1, 1)
    assert (release["newest_event"], release["rows"]["views/notifications"]) == ("2025-12-31T10:00:00Z", 1)
    assert release["bytes"] == sum(
        file.stat().st_size for kind in ("relations", "views") for file in (root / kind).rglob("part-*.parquet")
    )
    released = datetime.fromisoformat(release["released_at"])
    assert release["freshness_seconds"] == pytest.approx((released - NEWEST).total_seconds(), abs=0.01)
    found = values(call("metrics", "--root", root).out)
    assert found["newsfeed_landing_seconds"] == landing["seconds"]
    assert found['newsfeed_run_step_seconds{step="views/newsfeed"}'] == release["seconds_by_step"]["views/newsfeed"]
    call("land", file_of(tmp_path / "a", line("e-1")), "--root", root)
    call("run", "--root", root)
    assert sorted(file.name for file in (root / "metrics").iterdir()) == ["landing-1.json", "release-1.json"]


def test_lines_that_are_tried_again_leave_a_record_too(call, tmp_path):
    root = tmp_path / "lake"
    early = ["--ingestion-time", "2025-01-01T00:00:00Z"]
    call("land", file_of(tmp_path / "a", line("e-1"), b"bad"), "--root", root, *early)
    call("quarantine", "--readmit", "--root", root)
    landing = record(root, "landing-1")
    assert (landing["landed"], landing["quarantined"], landing["seconds"] > 0) == (1, 1, True)


def test_where_no_record_can_be_kept_the_command_says_so_and_succeeds(call, tmp_path):
    root = tmp_path / "lake"
    root.mkdir()
    (root / "metrics").write_text("in the way")
    said = call("land", file_of(tmp_path / "a", line()), "--root", root)
    assert (said.code, said.err.count("\n"), str(root / "metrics") in said.err) == (0, 1, True)
    assert call("run", "--root", root).code == 0
    assert "newsfeed_release 1\n" in call("metrics", "--root", root).out


def test_a_release_of_events_that_the_log_lost_is_told():
    release = {"number": 3, "gone": "2 events are gone", "rows": {}, "newest_event": None, "behind": None}
    status = {
        "newest_event": None,
        "release": release,
        "events_by_type": {},
        "landings": 1,
        "quarantined": 0,
        "streams": {},
    }
    found = values(exposition(metrics_of(status)))
    assert found == {f"newsfeed_{name}": value for name, value in {
        "landings": 1, "quarantined_lines": 0, "release": 3, "log_is_whole": 0,
    }.items()}  # fmt: skip


def test_labels_are_escaped():
    text = exposition([Metric("odd", "Odd.", [((("of", 'a"b\\c\nd'),), 1.5)])])
    assert text.splitlines()[2:] == [r'newsfeed_odd{of="a\"b\\c\nd"} 1.5']

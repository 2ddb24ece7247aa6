"""The certificate: the number and the hash of what landed, told by the commits and found again in the rows."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from deltalake import DeltaTable, write_deltalake

from pipelines.log.certificate import counted
from pipelines.log.landings import newest
from pipelines.releases.release import all_releases
from pipelines.runs.history import IncompleteLog
from pipelines.runs.run import run
from pipelines.storage import delta
from tests.landing.lines import CLOCK, file_of, line, rows_of


def said(lake):
    """What the newest commit says: its own certificate, and the total."""
    (newest,) = DeltaTable(lake.log).history(1)
    return json.loads(newest["certificate"]), json.loads(newest["certificate_total"])


def summed(rows):
    """The certificate of rows, added up one by one."""
    total = {}
    for row in rows:
        days = total.setdefault(row["event_type"], {})
        number, hashed = days.get(str(row["ingestion_date"]), (0, "0"))
        days[str(row["ingestion_date"])] = [number + 1, str(int(hashed) + row["content_hash"])]
    return total


@pytest.fixture
def log_file(land, lake, tmp_path):
    """The one data file of a log of three events."""
    land(file_of(tmp_path / "a", *(line(f"e-{n}") for n in (1, 2, 3))))
    (path,) = Path(lake.log).rglob("*.parquet")
    return path


def test_each_commit_tells_what_it_brought_and_the_total(land, lake, tmp_path):
    types = ["followed", "posted", "followed", "unfollowed", "registered"]
    for number, event_type in enumerate(types):
        lines = [line(f"{number}-{n}", event_type, actor_id=n + 1) for n in range(number + 2)]
        land(file_of(tmp_path / "a", *lines, lines[0], line("0-0")), clock=CLOCK + timedelta(hours=12 * number))
        rows = rows_of(lake.log, "event_id")
        brought = [row for row in rows if row["landing"] == number + 1]
        assert said(lake) == (summed(brought), summed(rows))
    assert {day: count for day, (count, _) in said(lake)[1]["followed"].items()} == {"2026-01-01": 2, "2026-01-02": 4}


def newest_event(lake):
    """When the newest event happened, as the last landing says: hours and minutes."""
    found = newest(lake.log, delta.find(lake.log)).newest_event
    return None if found is None else found.strftime("%H:%M")


def test_each_commit_tells_the_newest_event_that_was_not_in_the_future(land, lake, tmp_path):
    for number, (times, expected) in enumerate(
        [
            (["23:59"], None),
            (["08:00", "07:00", "23:59"], "08:00"),
            (["06:00"], "08:00"),
            ([], "08:00"),
            (["12:00", "09:00"], "12:00"),
        ]
    ):
        lines = [line(f"{number}-{time}", event_time=f"2026-01-01T{time}:00Z") for time in times]
        land(file_of(tmp_path / "a", *lines), clock=CLOCK + timedelta(hours=12))
        assert newest_event(lake) == expected


def test_the_release_keeps_the_certificate_of_what_it_covers(land, lake, engine, tmp_path):
    land(file_of(tmp_path / "a", line("e-1"), line("e-2", "posted")))
    made = run(lake, engine, clock=CLOCK).release
    assert (json.loads(made.certificate), made.events, made.landing) == (summed(rows_of(lake.log, "event_id")), 2, 1)


def rewrite(lake, change):
    """Let another tool write the log's rows anew, changed."""
    write_deltalake(lake.log, change(DeltaTable(lake.log).to_pyarrow_table()), mode="overwrite")


def test_a_run_refuses_a_log_that_lost_a_row(lake, engine, log_file):
    rewrite(lake, lambda rows: rows.slice(1))
    with pytest.raises(IncompleteLog) as fault:
        run(lake, engine)
    told = str(fault.value).splitlines()
    assert told[0] == f"the log at {lake.log} is not what landed, nothing is published:"
    assert "  followed of 2026-01-01: expected 3 events (hash " in told[1]
    assert "), found 2 (" in told[1]
    assert all_releases(lake) == []


def test_a_run_refuses_a_log_whose_content_hash_was_changed(lake, engine, log_file):
    def change(rows):
        hashes = rows["content_hash"].to_pylist()
        index = rows.schema.get_field_index("content_hash")
        return rows.set_column(index, "content_hash", [[hashes[0] + 1, *hashes[1:]]])

    rewrite(lake, change)
    with pytest.raises(IncompleteLog, match="expected 3 events .* found 3 "):
        run(lake, engine)


def test_a_run_refuses_a_log_with_a_row_twice(lake, engine, log_file):
    rewrite(lake, lambda rows: rows.take([0, 0, 1, 2]))
    with pytest.raises(IncompleteLog, match="expected 3 events .* found 4 "):
        run(lake, engine)


def test_a_version_of_the_log_is_certified_by_its_own_commits(land, lake, log_file, tmp_path):
    before = DeltaTable(lake.log)
    land(file_of(tmp_path / "b", line("e-4")))
    assert [counted(newest(lake.log, log).total) for log in (before, DeltaTable(lake.log))] == [3, 4]


def test_a_landing_in_the_middle_of_a_run_is_left_to_the_next_release(land, lake, engine, log_file, tmp_path):
    later = file_of(tmp_path / "b", line("e-4"))
    first = run(lake, engine, progress=lambda step, _release: step == "read the log" and land(later))
    assert (first.release.landing, first.release.events) == (1, 3)
    second = run(lake, engine)
    assert (second.release.landing, second.release.events, second.reason) == (2, 4, "landing 2 is new")

"""What a landing appends to the log."""

from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow.parquet as pq
from deltalake import DeltaTable

from pipelines.cores import cores
from pipelines.events import CONTRACT
from pipelines.landing.log_files import TOGETHER
from pipelines.sources import pieces
from tests.door.twin import content_hash
from tests.landing.lines import CLOCK, events, file_of, ids, line, rows_of

ENVELOPE = ["event_id", "event_type", "version", "event_time", "actor_id", "correlation_id", "causation_id"]
ADDED = ["content_hash", "landing", "ingestion_time", "ingestion_date"]


def test_a_line_lands_as_one_row_with_what_the_landing_adds(land, lake, tmp_path):
    given = {"event_time": "2025-12-31T11:30:00.1234567+01:00", "text": "", "mentioned_ids": [3, 3], "bio": None}
    land(file_of(tmp_path / "a.jsonl", line("e-1", "posted", **given)))
    (row,) = rows_of(lake.log, "event_id")
    time = datetime(2025, 12, 31, 10, 30, 0, 123456, tzinfo=UTC)
    fields = {"event_id": "e-1", "event_type": "posted", "version": 1, "actor_id": 5, "post_id": 9, "text": ""}
    hashed = fields | {"mentioned_ids": [3, 3], "event_time": 1_767_177_000_123_456}
    assert row == fields | {
        "event_time": time, "mentioned_ids": [3, 3], "content_hash": content_hash(hashed),
        "landing": 1, "ingestion_time": CLOCK, "ingestion_date": date(2026, 1, 1),
    }  # fmt: skip


def test_the_log_has_the_columns_of_every_version_of_every_type_and_is_partitioned_by_date(land, lake, tmp_path):
    land(file_of(tmp_path / "a.jsonl", line()))
    log = DeltaTable(lake.log)
    columns = [field.name for field in log.schema().fields]
    given = {field.name for event in CONTRACT.values() for payload in event.payloads for field in payload}
    assert (columns[:7], set(columns[7:-4]), columns[-4:]) == (ENVELOPE, given, ADDED)
    assert len(columns) == len(set(columns))
    assert all(field.nullable for field in log.schema().fields)
    assert log.metadata().partition_columns == ["ingestion_date"]


def test_what_some_events_of_a_landing_have_lands_beside_those_that_have_it_not(land, lake, tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "TOGETHER", 1)
    given = [{}, {"correlation_id": "c"}, {"causation_id": "e-0", "correlation_id": "c"}]
    some = [given[:1]] * cores() + [given] * cores()
    lines = [
        [line(f"{kind}-{n}-{m}", kind, **more) for kind in ("followed", "posted") for m, more in enumerate(each)]
        for n, each in enumerate(some)
    ]
    land(*(file_of(tmp_path / f"{n}.jsonl", *each) for n, each in enumerate(lines)))
    found = {row["event_id"]: (row.get("correlation_id"), row.get("causation_id")) for row in events(lake)}
    told = [(one.get("correlation_id"), one.get("causation_id")) for one in given]
    assert found == {
        f"{kind}-{n}-{m}": told[m]
        for kind in ("followed", "posted")
        for n, each in enumerate(some)
        for m in range(len(each))
    }


def test_rows_of_a_file_stand_by_event_type(land, lake, tmp_path):
    types = ["unfollowed", "posted", "followed", "posted", "registered"]
    land(file_of(tmp_path / "a.jsonl", *(line(f"e-{n}", name) for n, name in enumerate(types))))
    found = DeltaTable(lake.log).to_pyarrow_table()["event_type"].to_pylist()
    assert found == ["followed", "posted", "posted", "registered", "unfollowed"]


def test_events_of_many_sources_stand_by_event_type_in_few_files(land, lake, tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "TOGETHER", 1)
    types, files = ["unfollowed", "posted", "followed"], 2 * cores()
    given = [[f"{types[n % 3]}-{n}", f"{types[(n + 1) % 3]}-{n}"] for n in range(files * TOGETHER)]
    again = line("posted-0", "posted")
    lines = [[*(line(one, one.partition("-")[0]) for one in some), again] for some in given]
    land(*(file_of(tmp_path / f"{n:03}.jsonl", *some) for n, some in enumerate(lines)))
    found = [pq.ParquetFile(place).read(["event_type"]) for place in DeltaTable(lake.log).file_uris()]
    assert len(found) == files
    for stand in (file["event_type"].to_pylist() for file in found):
        assert (stand, len(stand)) == (sorted(stand), 2 * TOGETHER)
    assert ids(lake) == sorted(one for some in given for one in some)


def test_landings_are_numbered_from_one_and_only_those_that_bring_an_event(land, lake, tmp_path):
    files = [file_of(tmp_path / f"{n}.jsonl", line(f"e-{n}")) for n in (1, 2)]
    bad = file_of(tmp_path / "bad.jsonl", b"bad")
    assert [land(source).number for source in (files[0], bad, files[0], files[1])] == [1, None, None, 2]
    assert [(row["event_id"], row["landing"]) for row in rows_of(lake.log, "event_id")] == [("e-1", 1), ("e-2", 2)]


def test_the_ingestion_date_is_that_of_the_clock_in_utc(land, lake, tmp_path):
    late = datetime(2025, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    land(file_of(tmp_path / "a.jsonl", line()), clock=late)
    (row,) = rows_of(lake.log, "event_id")
    assert (row["ingestion_date"], row["ingestion_time"]) == (date(2026, 1, 1), datetime(2026, 1, 1, 1, 30, tzinfo=UTC))


def test_an_event_may_be_dated_up_to_a_day_ahead_of_the_clock(land, lake, tmp_path):
    times = ["2026-01-02T00:00:00Z", "2026-01-02T00:00:00.000001Z", "1970-01-01T00:00:00Z"]
    landing = land(file_of(tmp_path / "a.jsonl", *(line(f"e-{n}", event_time=time) for n, time in enumerate(times))))
    assert ids(lake) == ["e-0", "e-2"]
    fault = "event_time: expected a time up to 2026-01-02T00:00:00.000000Z, 24 hours ahead of the clock"
    assert landing.faults == {fault: 1}

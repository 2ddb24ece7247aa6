"""Lines to land, and what a lake holds afterwards, read without the pipeline."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

from deltalake import DeltaTable

from pipelines.sources.base import joined
from pipelines.sources.opening import source_of

CLOCK = datetime(2026, 1, 1, tzinfo=UTC)
BROUGHT = ("landing", "ingestion_time", "ingestion_date")
PAYLOADS = {
    "followed": {"followee_id": 7},
    "unfollowed": {"followee_id": 7},
    "posted": {"post_id": 9, "text": "hello"},
    "registered": {"username": "mia", "first_name": "Mia", "last_name": "Öz"},
}


def line(event_id="e-1", event_type="followed", **changes):
    """A line that fits, with some fields changed."""
    envelope = {"event_id": event_id, "event_type": event_type, "event_time": "2025-12-31T10:00:00Z", "actor_id": 5}
    return json.dumps(envelope | PAYLOADS.get(event_type, {}) | changes, ensure_ascii=False).encode()


def file_of(path, *lines):
    """A file of these lines, compressed when its name says so; its path."""
    data = b"".join(one + b"\n" for one in lines)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return str(path)


def batch_of(scratch, names):
    """What sources give a landing."""
    return joined(source_of(name).read(scratch, {}) for name in names)


def rows_of(place, *order):
    """The rows of a Delta table's newest version as dicts without nulls; none where there is no table."""
    if not DeltaTable.is_deltatable(place):
        return []
    table = DeltaTable(place).to_pyarrow_table()
    rows = [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]
    return sorted(rows, key=lambda row: [row[name] for name in order])


def events(lake):
    """The log's events by id, without what their landing added."""
    rows = rows_of(lake.log, "event_id")
    return [{name: value for name, value in row.items() if name not in BROUGHT} for row in rows]


def ids(lake):
    return [row["event_id"] for row in rows_of(lake.log, "event_id")]


def quarantined(lake):
    """What is in quarantine, without when it came there."""
    rows = rows_of(lake.quarantine, "source", "byte_offset")
    return [{name: value for name, value in row.items() if name != "ingestion_time"} for row in rows]


def orphans(lake):
    """The data files that no commit names."""
    said = "".join(commit.read_text() for commit in Path(lake.root).rglob("_delta_log/*.json"))
    found = [file for file in Path(lake.root).rglob("*.parquet") if file.parent.name != "_delta_log"]
    return [str(file) for file in found if file.name not in said]


def versions(lake):
    """The versions of the log and the quarantine."""
    return DeltaTable(lake.log).version(), DeltaTable(lake.quarantine).version()


def counts(landing):
    """Lines, landed, duplicate, quarantined and newly quarantined."""
    return landing.lines, landing.landed, landing.duplicates, landing.quarantined, landing.newly_quarantined

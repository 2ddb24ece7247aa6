"""The quarantine keeps each line once, however many there are and however long they are, and none is in the way."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from pipelines.events.log import QUARANTINE
from pipelines.landing import quarantine, quarantine_files, rejects
from pipelines.landing.readmission import readmit
from tests.landing.lines import CLOCK, counts, events, file_of, ids, line, quarantined, rows_of

LATER = CLOCK + timedelta(days=30)
SOON = line("e-soon", event_time="2026-01-03T00:00:00Z")
MANY = 20_000


def raws(lake):
    return [row["raw"] for row in quarantined(lake)]


def files(lake):
    return sorted(DeltaTable(lake.quarantine).file_uris())


def shown(lake):
    """The source and the line's number of each row, as they are shown."""
    found = pa.Table.from_batches(quarantine.rows_of(lake, ["source", "line_number"]))
    return [(Path(row["source"]).name, row["line_number"]) for row in found.to_pylist()]


@pytest.fixture
def short(monkeypatch):
    """Lines of more than 200 bytes are long ones."""
    monkeypatch.setattr(rejects, "INLINE", 200)


@pytest.mark.usefixtures("short")
def test_a_long_line_is_a_file_of_its_own(land, lake, tmp_path):
    long = line("e-1", colour="x" * 1000)
    source = file_of(tmp_path / "a", b"bad", long, line("e-2"))
    assert counts(land(source)) == (3, 1, 0, 2, 2)
    assert [row.get("raw") for row in quarantined(lake)] == [b"bad", None]
    digest = quarantined(lake)[1]["raw_sha256"]
    assert digest == hashlib.sha256(long).hexdigest()
    assert Path(lake.quarantine_raw, digest).read_bytes() == long


@pytest.mark.usefixtures("short")
def test_a_long_line_is_tried_again_and_leaves_once_it_fits(land, lake, engine, tmp_path):
    long = line("e-1", "registered", event_time="2026-01-03T00:00:00Z", bio="x" * 1000)
    land(file_of(tmp_path / "a", SOON, long, line("e-2", colour="x" * 1000)))
    assert [counts(one) for one in readmit(lake, engine, LATER)] == [(3, 2, 0, 1, 0)]
    assert [len(row.get("bio", "")) for row in events(lake)] == [1000, 0]
    assert [row["line_number"] for row in quarantined(lake)] == [3]


@pytest.mark.usefixtures("short")
def test_a_long_line_that_conflicts_is_a_file_too(land, lake, tmp_path):
    first, second = (line("e-1", "registered", bio=letter * 1000) for letter in "xy")
    land(file_of(tmp_path / "a.gz", first, second))
    assert [Path(lake.quarantine_raw, row["raw_sha256"]).read_bytes() for row in quarantined(lake)] == [second]


def test_what_landed_before_is_not_put_there_again(land, lake, tmp_path):
    source = file_of(tmp_path / "a", *[b"bad"] * MANY)
    assert counts(land(source))[3:] == (MANY, MANY)
    before = files(lake)
    assert counts(land(source))[3:] == (MANY, 0)
    file_of(tmp_path / "a", *[b"bad"] * MANY, b"more")
    assert counts(land(source))[3:] == (MANY + 1, 1)
    assert len(files(lake)) == len(before) + 1


def test_a_source_between_those_of_an_earlier_landing_is_a_new_one(land, lake, tmp_path):
    first, middle, last = (file_of(tmp_path / name, b"bad") for name in "abc")
    assert counts(land(first, last)) == (2, 0, 0, 2, 2)
    assert counts(land(middle)) == (1, 0, 0, 1, 1)
    assert raws(lake) == [b"bad"] * 3


def test_a_source_that_is_given_twice_is_there_once(land, lake, tmp_path):
    source, other = file_of(tmp_path / "b", b"bad", line("e-1"), b"worse"), file_of(tmp_path / "a", b"bad")
    assert counts(land(source, other, source))[3:] == (5, 3)
    assert [(Path(row["source"]).name, row["line_number"]) for row in quarantined(lake)] == [
        ("a", 1), ("b", 1), ("b", 3),
    ]  # fmt: skip


def test_one_row_is_shown_without_reading_all(land, lake, tmp_path):
    land(file_of(tmp_path / "a", *[b"bad"] * MANY))
    (place,) = files(lake)
    second = pq.read_metadata(place).row_group(1)
    with Path(place).open("r+b") as file:
        file.seek(second.column(0).dictionary_page_offset)
        file.write(bytes(sum(second.column(number).total_compressed_size for number in range(second.num_columns))))
    assert next(quarantine.rows_of(lake))["line_number"][0].as_py() == 1


def test_row_groups_are_bounded_by_rows_and_by_bytes(land, lake, tmp_path, monkeypatch):
    monkeypatch.setattr(quarantine_files, "BYTES", 10_000)
    monkeypatch.setattr(rejects, "BYTES", 1000)
    land(file_of(tmp_path / "a", *[b"x" * 500] * 100))
    assert len(quarantined(lake)) == 100
    groups = pq.read_metadata(files(lake)[0])
    assert [groups.row_group(number).num_rows for number in range(groups.num_row_groups)] == [18] * 5 + [10]


def test_the_newest_landing_is_shown_first(land, lake, tmp_path):
    land(file_of(tmp_path / "b", b"bad", b"bad"), clock=CLOCK + timedelta(hours=1))
    land(file_of(tmp_path / "c", b"bad"), file_of(tmp_path / "a", b"bad"))
    assert shown(lake) == [("b", 1), ("b", 2), ("a", 1), ("c", 1)]


def test_only_files_with_lines_that_leave_are_written_anew(land, lake, engine, tmp_path):
    land(file_of(tmp_path / "a", b"bad", SOON), clock=CLOCK + timedelta(hours=1))
    land(file_of(tmp_path / "b", b"bad"))
    before = files(lake)
    readmit(lake, engine, LATER)
    assert len(set(before) & set(files(lake))) == 1
    assert shown(lake) == [("a", 1), ("b", 1)]


def test_a_source_that_landed_twice_is_told_apart_when_it_is_tried_again(land, lake, engine, tmp_path):
    land(file_of(tmp_path / "a", SOON))
    land(file_of(tmp_path / "a", b"bad", b"bad"), clock=CLOCK + timedelta(hours=1))
    readmit(lake, engine, LATER)
    assert (ids(lake), raws(lake)) == (["e-soon"], [b"bad", b"bad"])


@pytest.fixture
def old(lake, tmp_path):
    """A quarantine as it was written before there were bounds of sources and lines of their own; its source."""
    raw, source = b"bad", file_of(tmp_path / "a", b"bad", SOON, b"new")
    rows = [
        (source, offset, hashlib.sha256(raw).hexdigest(), number, raw, "events", ["why"], "old", CLOCK)
        for number, offset, raw in ((1, 0, b"bad"), (2, 4, SOON))
    ]
    table = pa.table(list(zip(*rows, strict=True)), schema=QUARANTINE.arrow)
    DeltaTable.create(lake.log, pa.schema([("event_id", pa.string())]))
    write_deltalake(lake.quarantine, table, description=raw.decode())
    return source


def test_an_old_quarantine_is_known_shown_and_tried_again(old, land, lake, engine):
    assert shown(lake) == [("a", 1), ("a", 2)]
    assert counts(land(old))[3:] == (3, 1)
    assert shown(lake) == [("a", 3), ("a", 1), ("a", 2)]
    readmit(lake, engine, LATER)
    assert (raws(lake), ids(lake)) == ([b"bad", b"new"], ["e-soon"])
    assert rows_of(lake.quarantine, "source", "byte_offset")[0]["faults"] == ["why"]

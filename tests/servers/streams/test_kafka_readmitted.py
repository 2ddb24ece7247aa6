"""Lines of records wait in quarantine under the names of these, and are tried again as those of files are."""

from datetime import timedelta

import pytest

from pipelines.landing.readmission import readmit
from pipelines.landing.waiting_lines import Faults, write_out
from tests.landing.lines import CLOCK, counts, ids, line, quarantined, rows_of
from tests.servers.streams.topics import fill, position

pytestmark = pytest.mark.servers

DAYS = 30


def soon(number):
    return line(f"e-{number}", event_time="2026-01-03T00:00:00Z")


@pytest.fixture
def waiting(kafka, topic, lake, land):
    """A lake where lines of two partitions wait, of records 0 to 11, every other one of which fits in some days."""
    for partition in (0, 1):
        records = [soon(100 * partition + number) if number % 2 else b"{%d" % number for number in range(12)]
        fill(kafka, topic, records, partition=partition)
    land(kafka.url(topic))
    return lake


def test_those_that_fit_land_and_the_others_stay_as_they_were(waiting, kafka, topic, engine):
    rows, read = rows_of(waiting.quarantine, "source"), position(waiting)
    assert [counts(one) for one in readmit(waiting, engine, CLOCK + timedelta(DAYS))] == [(24, 12, 0, 12, 0)]
    assert len(ids(waiting)) == 12
    assert rows_of(waiting.quarantine, "source") == [row for row in rows if b"event_id" not in row["raw"]]
    found = {(row["source"].removeprefix(kafka.url(topic)), row["raw"]) for row in quarantined(waiting)}
    assert found == {(f"/{part}#{number}", b"{%d" % number) for part in (0, 1) for number in range(0, 12, 2)}
    assert position(waiting) == read


def test_they_are_written_out_together(waiting, tmp_path):
    assert sum(1 for _ in write_out(waiting, str(tmp_path), "events", Faults())) < 6


def test_a_record_that_comes_again_is_quarantined_once(waiting, kafka, topic, land):
    before = quarantined(waiting)
    assert land(kafka.url(topic), again=True).newly_quarantined == 0
    assert quarantined(waiting) == before

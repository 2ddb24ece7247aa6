import json

import pytest

from pipelines.door.strict import strict
from tests.door.reading import is_fast, judged
from tests.door.samples import CLOCK, line

DAY = 24 * 3600 * 1_000_000
TIME = "event_time: expected "
RFC = f"{TIME}a time like 2026-01-31T23:59:59.123456Z or +01:00 (RFC 3339), found "
REAL = f"{TIME}a real date and time (no leap second), found "
EARLY = f"{TIME}a time from 1970-01-01T00:00:00Z on, found "
LATE = f"{TIME}a time up to 2026-01-02T00:00:00.000000Z, 24 hours ahead of the clock, found "

TIMES = [
    ("1970-01-01T00:00:00Z", 0),
    ("1970-01-01T00:00:00-00:00", 0),
    ("1969-12-31T23:59:59.5-00:01", 59_500_000),
    ("2024-02-29T12:34:56.1234569+05:30", 1_709_190_296_123_456),
    ("2000-02-29T23:59:59.000000999999999Z", 951_868_799_000_000),
    ("2026-01-02T00:00:00Z", CLOCK + DAY),
    ("2026-01-02T23:59:00.000+23:59", CLOCK + DAY),
]

NO_TIMES = [
    ("1969-12-31T23:59:59.999999Z", EARLY),
    ("1970-01-01T00:00:00+00:01", EARLY),
    ("0001-01-01T00:00:00+23:59", EARLY),
    ("2026-01-02T00:00:00.000001Z", LATE),
    ("9999-12-31T23:59:59-23:59", LATE),
    *[
        (text, REAL)
        for text in (
            "2025-06-30T23:59:60Z", "2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2025-04-31T00:00:00Z",
            "2025-13-01T00:00:00Z", "2025-00-01T00:00:00Z", "2025-01-00T00:00:00Z", "2025-01-01T24:00:00Z",
            "2025-01-01T00:60:00Z", "0000-01-01T00:00:00Z",
        )
    ],
    *[
        (text, RFC)
        for text in (
            "2025-01-01", "2025-01-01T00:00:00", "2025-01-01 00:00:00Z", "2025-01-01t00:00:00Z",
            "2025-01-01T00:00:00z", "2025-01-01T00:00Z", "2025-01-01T00:00:00.Z", "2025-01-01T00:00:00,5Z",
            "2025-01-01T00:00:00+0100", "2025-01-01T00:00:00+01", "2025-01-01T00:00:00+24:00",
            "2025-01-01T00:00:00+01:60", "2025-01-01T00:00:00Z ", " 2025-01-01T00:00:00Z", "2025-1-01T00:00:00Z",
            "20250101T000000Z", "٢٠٢٥-01-01T00:00:00Z", "2025-01-01T00:00:00-1:00", "+2025-01-01T00:00:00Z", "",
        )
    ],
]  # fmt: skip


@pytest.mark.parametrize(("text", "micros"), TIMES)
def test_times(text, micros):
    assert strict(line(event_time=text), CLOCK)["event_time"] == micros


@pytest.mark.parametrize(("text", "fault"), NO_TIMES)
def test_no_times(text, fault):
    assert judged(line(event_time=text)) == (fault + json.dumps(text),)


@pytest.mark.parametrize("date", ["2100-02-28", "2100-02-29", "2104-02-29", "2400-02-29", "2200-02-29", "9999-12-31"])
def test_leap_years_of_far_centuries(date):
    raw, clock = line(event_time=f"{date}T00:00:00Z"), 300_000_000_000_000_000
    assert is_fast(raw, clock) == isinstance(judged(raw, clock), dict)

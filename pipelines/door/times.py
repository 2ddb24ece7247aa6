"""The times of events, the strict way."""

import re
from datetime import date, datetime, timedelta

SECOND = 1_000_000
MICROSECOND = timedelta(microseconds=1)
AHEAD = 24 * 3600 * SECOND
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # all of this module is UTC, without saying so each time
LAST = (date(9999, 12, 31) - EPOCH.date()).days * 24 * 3600 * SECOND

RFC_3339 = re.compile(
    r"(?P<local>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.(?P<fraction>[0-9]+))?"
    r"(?:Z|(?P<sign>[+-])(?P<hours>[01][0-9]|2[0-3]):(?P<minutes>[0-5][0-9]))"
)


class NoTime(ValueError):
    """A text is not the time of an event; the message says what was expected."""


def latest_at(clock: int) -> int:
    """The latest time that an event may have when it is that time (UTC microseconds): 24 hours later."""
    return min(clock + AHEAD, LAST)


def written(micros: int) -> str:
    """UTC microseconds as a time in UTC."""
    return f"{(EPOCH + timedelta(microseconds=micros)).isoformat(timespec='microseconds')}Z"


def micros_of(text: str, latest: int) -> int:
    """The UTC microseconds that a text gives.

    Raises NoTime unless it is RFC 3339 with `T` and an offset or `Z`, real, and from 1970 to the latest time.
    """
    found = RFC_3339.fullmatch(text)
    if found is None:
        raise NoTime("a time like 2026-01-31T23:59:59.123456Z or +01:00 (RFC 3339)")
    local, fraction, sign, hours, minutes = found.groups()
    try:
        micros = (datetime.fromisoformat(local) - EPOCH) // MICROSECOND
    except ValueError:
        raise NoTime("a real date and time (no leap second)") from None
    if fraction:
        micros += int(fraction[:6].ljust(6, "0"))
    if sign:
        ahead = int(hours) * 3600 + int(minutes) * 60
        micros -= (ahead if sign == "+" else -ahead) * SECOND
    if micros < 0:
        raise NoTime("a time from 1970-01-01T00:00:00Z on")
    if micros > latest:
        raise NoTime(f"a time up to {written(latest)}, 24 hours ahead of the clock")
    return micros

"""Times as the log has them: UTC, in microseconds since 1970."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(clock: datetime | None) -> int:
    """A time of the clock, now when None, in UTC microseconds."""
    return ((clock or datetime.now(UTC)) - EPOCH) // timedelta(microseconds=1)


def moment(time: int) -> datetime:
    """A time in UTC microseconds as a time of the clock."""
    return EPOCH + timedelta(microseconds=time)


def date_of(time: int) -> str:
    """The UTC date of a time in microseconds, as ISO 8601 writes it."""
    return moment(time).date().isoformat()

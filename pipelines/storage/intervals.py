"""Intervals in words that DataFusion, DuckDB and PostgreSQL read back, such as `1 month -2 days 3.5 seconds`."""

SECOND = 1_000_000_000
DAY = 86_400 * SECOND


def in_words(months: int, days: int, nanoseconds: int) -> str:
    """An interval of months, days and a time; each part has a sign of its own."""
    sign = -1 if nanoseconds < 0 else 1
    minutes, rest = divmod(abs(nanoseconds), 60 * SECOND)
    hours, minutes = divmod(minutes, 60)
    parts = [(months, "month"), (days, "day"), (sign * hours, "hour"), (sign * minutes, "minute")]
    words = [_counted(str(number), unit) for number, unit in parts if number]
    if rest or not words:
        seconds, fraction = divmod(rest, SECOND)
        number = f"{seconds}.{fraction:09}".rstrip("0").rstrip(".")
        words.append(_counted(f"-{number}" if sign < 0 else number, "second"))
    return " ".join(words)


def duration_in_words(nanoseconds: int) -> str:
    """A duration, of which a day has 24 hours."""
    days = abs(nanoseconds) // DAY * (-1 if nanoseconds < 0 else 1)
    return in_words(0, days, nanoseconds - days * DAY)


def _counted(number: str, unit: str) -> str:
    return f"{number} {unit}" if number.lstrip("-") == "1" else f"{number} {unit}s"

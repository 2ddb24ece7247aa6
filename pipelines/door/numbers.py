"""The numbers and times of event lines, decoded and checked; a place of -1 says that there is none such."""

import numpy as np

from pipelines.compiled import inlined
from pipelines.machine import Bytes, Int64s, byte, load, trailing_zeros

GREATEST = 2**63 - 1
SECOND = 1_000_000
DAY = 86_400 * SECOND
TENS: Int64s = 10 ** np.arange(9, dtype=np.int64)
ZEROS = np.uint64(0x3030303030303030)
TO_80 = np.uint64(0x7676767676767676)
HIGH = np.uint64(0x8080808080808080)
PAIR = np.uint64(0x000000FF000000FF)


@inlined
def skip(block: Bytes, at: int) -> int:
    """The first place from `at` on that is no space, tab or carriage return."""
    while byte(block, at) == 32 or byte(block, at) == 9 or byte(block, at) == 13:
        at += 1
    return at


@inlined
def _digits(block: Bytes, at: int) -> tuple[int, int]:
    """How many of the eight bytes at a place are digits before the first that is none, and the number they stand for.

    The digits become the last ones of eight; then pairs, fours and all are put together, side by side in one word.
    """
    word = load(block, at) ^ ZEROS
    marks = ((word + TO_80) | word) & HIGH
    count = trailing_zeros(marks) >> 3 if marks != 0 else 8
    if count == 0:
        return 0, 0
    word <<= np.uint64(64 - 8 * count)
    word = word * np.uint64(10) + (word >> np.uint64(8))
    high, low = word & PAIR, (word >> np.uint64(16)) & PAIR
    word = (high * np.uint64(0x000F424000000064) + low * np.uint64(0x0000271000000001)) >> np.uint64(32)
    return count, np.int64(word)  # type: ignore[return-value]


@inlined
def scan_positive(block: Bytes, at: int) -> tuple[int, int]:
    """The integer from 1 to GREATEST whose digits begin at `at`, and the place behind them, or -1."""
    if byte(block, at) == 48:
        return 0, -1
    start = at
    count, found = _digits(block, at)
    at += count
    while 48 <= byte(block, at) <= 57:
        digit = byte(block, at) - 48
        if at - start >= 18 and found > (GREATEST - digit) // 10:
            return 0, -1
        found = found * 10 + digit
        at += 1
    return found, at if at > start else -1


@inlined
def scan_ids(block: Bytes, at: int, into: Int64s, end: int) -> tuple[int, int]:
    """The place behind the list of one or more ids that begins at `at`, or -1, and where the copied ids end."""
    if byte(block, at) != 91:
        return -1, end
    at = skip(block, at + 1)
    while True:
        value, at = scan_positive(block, at)
        if at < 0:
            return -1, end
        into[end] = value
        end += 1
        at = skip(block, at)
        if byte(block, at) == 93:
            return at + 1, end
        if byte(block, at) != 44:
            return -1, end
        at = skip(block, at + 1)


@inlined
def _two(block: Bytes, at: int) -> int:
    """The number that two digits stand for, or one below -9."""
    tens, ones = byte(block, at) - 48, byte(block, at + 1) - 48
    return tens * 10 + ones if 0 <= tens <= 9 and 0 <= ones <= 9 else -9999


@inlined
def _days(year: int, month: int, day: int) -> int:
    """The days from 1970-01-01 to a real date from the year 1 on, or a negative number."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = 31 - (month - 1) % 7 % 2
    if month == 2:
        longest = 29 if leap else 28
    if year < 1 or month < 1 or month > 12 or day < 1 or day > longest:
        return -GREATEST
    shifted = year - 1 if month <= 2 else year
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return shifted * 365 + shifted // 4 - shifted // 100 + shifted // 400 + of_year - 719_468


@inlined
def _clock_time(block: Bytes, at: int) -> int:
    """The seconds from midnight to the time `hh:mm:ss` at a place, or a negative number."""
    hour, minute, second = _two(block, at), _two(block, at + 3), _two(block, at + 6)
    fits = 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60
    return (
        hour * 3600 + minute * 60 + second if fits and byte(block, at + 2) == 58 and byte(block, at + 5) == 58 else -1
    )


@inlined
def _fraction(block: Bytes, at: int) -> tuple[int, int]:
    """The microseconds that a fraction of a second at a place gives, and the place behind it, or -1."""
    if byte(block, at) != 46:
        return 0, at
    count, found = _digits(block, at + 1)
    at += 1 + count
    if count <= 6:
        return found * TENS[6 - count], at if count > 0 else -1
    while 48 <= byte(block, at) <= 57:
        at += 1
    return found // TENS[count - 6], at


@inlined
def _zone(block: Bytes, at: int) -> tuple[int, int]:
    """The seconds that local time is ahead of UTC by the offset at a place, and the place behind it, or -1."""
    if byte(block, at) == 90:
        return 0, at + 1
    hours, minutes = _two(block, at + 1), _two(block, at + 4)
    fits = 0 <= hours < 24 and 0 <= minutes < 60 and byte(block, at + 3) == 58
    if not fits or (byte(block, at) != 43 and byte(block, at) != 45):
        return 0, -1
    ahead = hours * 3600 + minutes * 60
    return ahead if byte(block, at) == 43 else -ahead, at + 6


@inlined
def scan_time(block: Bytes, at: int, latest: int) -> tuple[int, int]:
    """The UTC microseconds of an RFC 3339 time up to `latest`, and the place behind its closing quote, or -1."""
    if byte(block, at + 4) != 45 or byte(block, at + 7) != 45 or byte(block, at + 10) != 84:
        return 0, -1
    century, year = _two(block, at), _two(block, at + 2)
    days = _days(century * 100 + year, _two(block, at + 5), _two(block, at + 8))
    seconds = _clock_time(block, at + 11)
    micros, at = _fraction(block, at + 19)
    if century < 0 or year < 0 or days < -1 or seconds < 0 or at < 0:
        return 0, -1
    ahead, at = _zone(block, at)
    found = days * DAY + (seconds - ahead) * SECOND + micros
    if at < 0 or byte(block, at) != 34 or found < 0 or found > latest:
        return 0, -1
    return found, at + 1

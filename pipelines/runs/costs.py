"""Costs: what tables and events take, in seconds of one core, as measured on the benchmarks' `S`: docs/scale.md."""

from typing import NamedTuple

from pipelines.releases.release import Release
from pipelines.runs.amounts import Amount
from pipelines.runs.plans import Mode

START = 1.0
"""To start, to open all tables and to publish."""
TABLE = 0.03
"""To make a table, however small."""
FIELD = 0.028e-6
"""To read a field of an event that an extract takes, and to bring it to its bucket."""
JOINED = 120e-6
"""What a new event causes in all tables that are merged: to find whom it concerns and how."""
FILE = 1e-3
"""To read a data file, or to write one anew, beyond its rows."""
READ_ROW = 0.06e-6
"""To read a row of the files of which some rows are merged, or of what changed in what they are made of."""
MERGED_ROW = 0.78
"""A row of a file that is written anew takes so much of what it takes to make the row."""


class _Cost(NamedTuple):
    """Of a table: the microseconds of a row, and how many rows and bytes an event of all causes before a release.

    Where few rows may be made of many, `read` has the microseconds of a row that it is made of, when all are made.
    """

    row: float
    rows: float
    bytes: float
    read: float = 0.0


USUAL = _Cost(0.15, 0.1, 1.0)
OF_TABLES = {
    "relations/users": _Cost(3.7, 0.01573, 0.726),
    "relations/active_days": _Cost(0.19, 0.37097, 0.242),
    "relations/deactivations": _Cost(0.5, 3e-05, 0.001),
    "relations/follows": _Cost(0.15, 0.46775, 3.792),
    "relations/blocks": _Cost(1.2, 0.00311, 0.031),
    "relations/mutes": _Cost(0.5, 0.00467, 0.045),
    "relations/hides": _Cost(0.59, 0.00983, 0.038),
    "relations/posts": _Cost(0.83, 0.15587, 6.822),
    "relations/amendments": _Cost(0.5, 0.0, 0.0),
    "relations/reposts": _Cost(0.12, 0.03089, 0.38),
    "relations/likes": _Cost(0.17, 0.29911, 3.016),
    "relations/timelines": _Cost(0.66, 0.18443, 3.711),
    "views/newsfeed": _Cost(0.235, 4.00964, 57.969, read=0.33),
    "views/user_timeline": _Cost(0.15, 0.18443, 2.287),
    "views/profile": _Cost(8.6, 0.01573, 0.64),
    "views/followers": _Cost(0.15, 0.46232, 3.608),
    "views/followees": _Cost(0.085, 0.46232, 3.733),
    "views/posts": _Cost(1.03, 0.1542, 7.446),
    "views/post_stats": _Cost(0.54, 0.1542, 1.294),
    "views/notifications": _Cost(0.22, 0.76581, 8.459, read=0.15),
    "views/user_directory": _Cost(0.6, 0.04713, 0.218),
    "views/daily_activity": _Cost(0.5, 0.0, 0.0),
}


def seconds_of(table: str, mode: Mode, read: Amount, written: Amount) -> float:
    """About how long it takes one core to make a table so, of so much."""
    cost = OF_TABLES.get(table, USUAL)
    made = cost.row * written.rows / 1e6
    if mode == Mode.MERGED:
        return TABLE + MERGED_ROW * made + READ_ROW * read.rows + FILE * (read.files + written.files)
    return TABLE + made + cost.read * read.rows / 1e6


def reach(read: str, table: str, last: Release | None) -> int:
    """In about how many owners' rows of a table one owner of a relation stands: an author in all followers' feeds."""
    if (read, table) != ("timelines", "newsfeed") or last is None:
        return 1
    follows, users = (last.tables[f"relations/{name}"].rows for name in ("follows", "users"))
    return max(1, follows // max(1, users))


def first(table: str, events: int, file: int) -> Amount:
    """About what a table is that is made of so many events for the first time, in files of so many rows."""
    cost = OF_TABLES.get(table, USUAL)
    rows = round(cost.rows * events)
    return Amount(-(-rows // file), round(cost.bytes * events), rows)

"""The cost model of docs/scale.md: `python -m benchmarks.scaling`.

A network costs so much for each event, each edge (a follow) and each newsfeed entry, and nothing for a delivery. The
constants are those measured on M; they must foretell S and L, and then say what a large network takes.
"""

from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table

from pipelines.runs.staged import buckets_for

CORES: Final = 2
WIDTH: Final = 110


@dataclass(frozen=True)
class Units:
    """So much for each event, edge and entry: how many there are, or the seconds or bytes that all of them take."""

    event: float
    edge: float
    entry: float

    @property
    def total(self) -> float:
        """Of all."""
        return self.event + self.edge + self.entry

    def each(self, of: "Units") -> "Units":
        """For one of so many."""
        return Units(self.event / of.event, self.edge / of.edge, self.entry / of.entry)

    def times(self, of: "Units") -> "Units":
        """For so many."""
        return Units(self.event * of.event, self.edge * of.edge, self.entry * of.entry)


@dataclass(frozen=True)
class Measured:
    """A network of the benchmarks with cap 200: landed and released from nothing on two cores.

    Seconds of an event are of the landing, the fold and the views but these: of an edge `followers` and `followees`,
    of an entry `newsfeed`. Bytes of an edge are of these two views and of `follows`.
    """

    name: str
    counts: Units
    seconds: Units
    bytes: Units


S: Final = Measured(
    "S", Units(6.428e6, 3e6, 17.08e6), seconds=Units(10.97, 0.37, 2.80), bytes=Units(409.7e6, 71.3e6, 249.7e6)
)
M: Final = Measured(
    "M", Units(19.28e6, 9e6, 49.46e6), seconds=Units(32.12, 1.20, 10.40), bytes=Units(1234.7e6, 219.8e6, 733.8e6)
)
L: Final = Measured(
    "L", Units(64.28e6, 30e6, 164.04e6), seconds=Units(108.16, 4.18, 38.74), bytes=Units(4147.9e6, 747.9e6, 2497.0e6)
)
NETWORKS: Final = (S, M, L)

USERS: Final = 1e8
FOLLOWEES: Final = 30
POSTS_A_DAY: Final = 5e8
EVENTS_A_POST: Final = 3.4
"""The post itself, two likes, a fifth of a repost and of a follow."""
CAP: Final = 800
HISTORIES: Final = {"a day": 1, "30 days": 30, "a year": 365}
MANY: Final = 256
"""Cores of a cluster; nothing is added for its network and its stragglers."""
TASK: Final = 1 << 30
"""The bytes of memory for each task."""


def large(days: int) -> Units:
    """How many there are in a network of 10^8 users after so many days of 5·10^8 posts; every newsfeed is full."""
    return Units(days * POSTS_A_DAY * EVENTS_A_POST, FOLLOWEES * USERS, CAP * USERS)


def seconds_of(counts: Units) -> Units:
    """The seconds that M's constants foretell."""
    return M.seconds.each(M.counts).times(counts)


def bytes_of(counts: Units) -> Units:
    """The bytes that M's constants foretell."""
    return M.bytes.each(M.counts).times(counts)


def constants() -> Table:
    """What one event, edge and entry takes, by network: microseconds on two cores, and bytes."""
    table = _table("each", "S µs", "M µs", "L µs", "S bytes", "M bytes", "L bytes")
    seconds, written = (
        [one.seconds.each(one.counts) for one in NETWORKS],
        [one.bytes.each(one.counts) for one in NETWORKS],
    )
    for unit in ("event", "edge", "entry"):
        micros = (f"{getattr(one, unit) * 1e6:.2f}" for one in seconds)
        table.add_row(unit, *micros, *(f"{getattr(one, unit):.1f}" for one in written))
    return table


def foretold() -> Table:
    """What M's constants foretell of each network, and what it took."""
    table = _table("network", "foretold s", "measured s", "off by", "foretold GB", "measured GB", "off by ")
    for one in NETWORKS:
        seconds, written = seconds_of(one.counts), bytes_of(one.counts)
        table.add_row(
            one.name,
            *(f"{seconds.total:.0f}", f"{one.seconds.total:.0f}", f"{off(seconds, one.seconds):+.0%}"),
            *(f"{written.total / 1e9:.2f}", f"{one.bytes.total / 1e9:.2f}", f"{off(written, one.bytes):+.0%}"),
        )
    return table


def off(told: Units, was: Units) -> float:
    """By which share of what was measured the model is off."""
    return told.total / was.total - 1


def rebuilt() -> Table:
    """What it takes to make a large network of all its history: core-hours of each, minutes on many cores, buckets."""
    hours = ("of events", "of edges", "of entries")
    table = _table("history", "events", "core-hours", *hours, f"minutes on {MANY}", "TB", "buckets")
    for name, days in HISTORIES.items():
        counts = large(days)
        seconds = seconds_of(counts)
        taken = (seconds.total, seconds.event, seconds.edge, seconds.entry)
        table.add_row(
            name,
            f"{counts.event:.1e}",
            *(f"{CORES * one / 3600:,.1f}" for one in taken),
            f"{CORES * seconds.total / MANY / 60:,.1f}",
            f"{bytes_of(counts).total / 1e12:,.1f}",
            f"{buckets_for(int(counts.event), TASK):,}",
        )
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table


def main() -> None:
    """Prints the constants, how well they foretell, and what a large network takes."""
    console = Console(width=WIDTH)
    for table in (constants(), foretold(), rebuilt()):
        console.print(table)
        console.print()


if __name__ == "__main__":
    main()

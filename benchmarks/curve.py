"""What an hour costs after many others: `python -m benchmarks.curve 240`.

The events of a small network, without those that make users and follows, land and run hour by hour, as commands with
their start. With `--keep 24`, releases but the last 24 are expired each day, and the lake is compared with one made of
all in one run.
"""

import argparse
import json
import shutil
import statistics
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.cases.batches import lines_of, written
from benchmarks.ground import RESULTS
from benchmarks.lines import folder_of
from benchmarks.ours import land_and_run, newsfeed
from benchmarks.scales import Scale

GRAPH: Final = ("registered", "followed", "unfollowed", "blocked", "unblocked", "muted", "unmuted", "deactivated")
HOURS: Final = Scale("hours", 5_000, 150_000, 400_000, 750_000, 100_000, deliveries=12_000_000)
AN_HOUR: Final = 5_000
DAY: Final = 24


class Hour(NamedTuple):
    """What an hour took: the seconds of its landing and of its run, and the bytes that these wrote."""

    land: float
    run: float
    bytes: float


def hours_of(work: Path, hours: int, keep: int, cap: int) -> Iterator[Hour]:
    """One hour after another, in a lake with the users and the follows."""
    folder, root = folder_of(HOURS, 1) / "events", work / "lake"
    graph = [line for line in lines_of(folder) if json.loads(line)["event_type"] in GRAPH]
    rest = (line for line in lines_of(folder) if json.loads(line)["event_type"] not in GRAPH)
    land_and_run(written(work / "graph.jsonl", graph), root, "--cap", cap)
    for hour in range(1, hours + 1):
        before, batch = size_of(root), written(work / f"hours/{hour:03}.jsonl", list(islice(rest, AN_HOUR)))
        taken = land_and_run(batch, root).measured
        yield Hour(taken["land"], taken["run"], size_of(root) - before)
        if keep and hour % DAY == 0:
            newsfeed("maintain", "--root", root, "--keep", keep, "--grace", 0, "--execute")


def show(taken: list[Hour]) -> None:
    """Prints what hours took in the beginning and in the end, and the ratios."""
    for name, early, late in zip(
        Hour._fields, zip(*taken[14:24], strict=True), zip(*taken[-10:], strict=True), strict=True
    ):
        first, last = statistics.median(early), statistics.median(late)
        print(f"{name:6} hours 15 to 24: {first:,.2f}, the last ten: {last:,.2f}, ratio {last / first:.2f}")


def beside_one_run(work: Path, cap: int) -> None:
    """Prints how large the lake is, and one made of the same lines in one run."""
    newsfeed("land", work / "graph.jsonl", work / "hours", "--root", work / "once")
    newsfeed("run", "--root", work / "once", "--cap", cap)
    size, once = size_of(work / "lake"), size_of(work / "once")
    print(f"disk {size / 1e6:,.0f} MB, of one run {once / 1e6:,.0f} MB, ratio {size / once:.2f}")


def size_of(root: Path) -> int:
    """The bytes of a lake on disk, of releases that are superseded too: what was written so far."""
    return sum(file.stat().st_size for file in root.rglob("*") if file.is_file())


def main() -> None:
    """Measures hours one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hours", type=int, help="how many; 25 at the least")
    parser.add_argument("--keep", type=int, default=0, metavar="RELEASES", help="of releases, each day")
    parser.add_argument("--cap", type=int, default=800, help="entries of a newsfeed at most (800)")
    arguments = parser.parse_args()
    work, taken = RESULTS / "work" / "curve", list[Hour]()
    shutil.rmtree(work, ignore_errors=True)
    for hour in hours_of(work, arguments.hours, arguments.keep, arguments.cap):
        taken.append(hour)
        print(json.dumps({"hour": len(taken), **hour._asdict()}), flush=True)
    show(taken)
    if arguments.keep:
        beside_one_run(work, arguments.cap)


if __name__ == "__main__":
    main()

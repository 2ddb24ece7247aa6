"""What a batch costs: `python -m benchmarks.batches S` beside a rebuild, `--curve 240` hour after hour.

A batch is the last events of a network; what it costs is a landing and a run as commands, their start included, each
time in a copy of a lake that has all before it. Beside it, in the same turn: to land everything and to rebuild.
The curve lands the events of a small network, without those that make users and follows, hour by hour; with
`--keep 24`, releases but the last 24 are expired each day, and the lake is compared with one made of all in one run.
"""

import argparse
import json
import shutil
import statistics
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks.ground import RESULTS, Ground
from benchmarks.lines import folder_of
from benchmarks.ours import newsfeed
from benchmarks.scales import Scale

SHARES: Final = {"1 %": 0.01, "0.1 %": 0.001}
FEW: Final = 100
GRAPH: Final = ("registered", "followed", "unfollowed", "blocked", "unblocked", "muted", "unmuted", "deactivated")
HOURS: Final = Scale("hours", 5_000, 150_000, 400_000, 750_000, 100_000, deliveries=12_000_000)
AN_HOUR: Final = 5_000
DAY: Final = 24


def lines_of(folder: Path) -> Iterator[bytes]:
    """The lines of a network, in order, without those that repeat an event."""
    known: set[bytes] = set()
    for file in sorted(folder.glob("*.jsonl")):
        with file.open("rb") as lines:
            for line in lines:
                event_id = line.split(b'"', 4)[3]
                if event_id not in known:
                    known.add(event_id)
                    yield line


def written(place: Path, lines: Sequence[bytes]) -> Path:
    """A file with some lines."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"".join(lines))
    return place


def landed_and_run(lines: Path, root: Path, *flags: str) -> tuple[float, float]:
    """The seconds of a landing and of a run, as commands."""
    landing = newsfeed("land", lines, "--root", root)
    return landing.seconds, newsfeed("run", "--root", root, *flags).seconds


def beside_a_rebuild(ground: Ground, work: Path) -> None:
    """Prints the seconds of each batch, and their share of landing and rebuilding everything, medians of all turns."""
    lines = list(lines_of(ground.lines))
    sizes = {name: round(len(lines) * share) for name, share in SHARES.items()} | {f"{FEW} events": FEW}
    taken: dict[str, list[tuple[float, float]]] = {"everything": [], **{name: [] for name in sizes}}
    for _ in range(ground.repeat):
        shutil.rmtree(work, ignore_errors=True)
        taken["everything"].append(landed_and_run(ground.lines, work / "everything"))
        for name, size in sizes.items():
            before, batch = written(work / "before.jsonl", lines[:-size]), written(work / "batch.jsonl", lines[-size:])
            root = work / "lake"
            shutil.rmtree(root, ignore_errors=True)
            landed_and_run(before, root)
            taken[name].append(landed_and_run(batch, root))
    whole = statistics.median(sum(one) for one in taken["everything"])
    print("batch         land s   run s   together  of landing and rebuilding everything")
    for name, found in taken.items():
        land, run = (statistics.median(one) for one in zip(*found, strict=True))
        together = statistics.median(sum(one) for one in found)
        print(f"{name:12}  {land:6.2f}  {run:6.2f}  {together:9.2f}  {together / whole:.0%}")


def hour_after_hour(hours: int, keep: int, cap: int, work: Path) -> None:
    """Prints the seconds and the bytes written of hours in the beginning and in the end, and their ratios."""
    shutil.rmtree(work, ignore_errors=True)
    folder = folder_of(HOURS, 1) / "events"
    graph = [line for line in lines_of(folder) if json.loads(line)["event_type"] in GRAPH]
    rest = (line for line in lines_of(folder) if json.loads(line)["event_type"] not in GRAPH)
    root, policy, taken = work / "lake", ("--cap", str(cap)), list[tuple[float, float, float]]()
    landed_and_run(written(work / "graph.jsonl", graph), root, *policy)
    for hour in range(1, hours + 1):
        before, batch = size_of(root), written(work / f"hours/{hour:03}.jsonl", list(islice(rest, AN_HOUR)))
        taken.append((*landed_and_run(batch, root), float(size_of(root) - before)))
        print(json.dumps({"hour": hour, **dict(zip(("land", "run", "bytes"), taken[-1], strict=True))}), flush=True)
        if keep and hour % DAY == 0:
            newsfeed("maintain", "--root", root, "--keep", keep, "--grace", 0, "--execute")
    early, late = taken[14:24] or taken, taken[-10:]
    for number, name in enumerate(("land", "run", "bytes")):
        first, last = (statistics.median(one[number] for one in some) for some in (early, late))
        print(f"{name:6} hours 15 to 24: {first:,.2f}, the last ten: {last:,.2f}, ratio {last / first:.2f}")
    if keep:
        beside_one_run(work, *policy)


def beside_one_run(work: Path, *policy: str) -> None:
    """Prints how large the lake is, and one made of the same lines in one run."""
    newsfeed("land", work / "graph.jsonl", work / "hours", "--root", work / "once")
    newsfeed("run", "--root", work / "once", *policy)
    size, once = size_of(work / "lake"), size_of(work / "once")
    print(f"disk {size / 1e6:,.0f} MB, of one run {once / 1e6:,.0f} MB, ratio {size / once:.2f}")


def size_of(root: Path) -> int:
    """The bytes of a lake on disk, of releases that are superseded too: what was written so far."""
    return sum(file.stat().st_size for file in root.rglob("*") if file.is_file())


def main() -> None:
    """Measures batches beside a rebuild, or hours one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scale", nargs="?", default="S")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--curve", type=int, default=0, metavar="HOURS")
    parser.add_argument("--keep", type=int, default=0, metavar="RELEASES")
    parser.add_argument("--cap", type=int, default=800)
    arguments = parser.parse_args()
    work = RESULTS / "work" / f"batches-{arguments.scale}"
    if arguments.curve:
        hour_after_hour(arguments.curve, arguments.keep, arguments.cap, work)
    else:
        beside_a_rebuild(Ground(arguments.scale, repeat=arguments.repeat), work)


if __name__ == "__main__":
    main()

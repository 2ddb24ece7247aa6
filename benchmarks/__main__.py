"""The pipeline beside DuckDB on one network: `python -m benchmarks S --repeat 3 --cap 200 --memory`."""

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks import copy_floor, ours, peers, report
from benchmarks.duckdb_peer import VIEWS
from benchmarks.equality import differences
from benchmarks.lines import folder_of
from benchmarks.scales import SCALES
from benchmarks.timing import Repetition, by_turns

RESULTS: Final = Path(__file__).parent / "results"


def main() -> int:
    """Generates the network, measures by turns, checks the rows, prints and writes the result."""
    arguments = _arguments()
    folder = folder_of(SCALES[arguments.scale], arguments.seed)
    root, out = RESULTS / "work" / "ours", RESULTS / "work" / "duckdb"
    lines = folder / "events"
    sides = {"duckdb": partial(peers.duckdb, lines, out, arguments.cap)}
    if not arguments.peers_only:
        sides = {"newsfeed": partial(ours.work, lines, root, arguments.cap)} | sides
    runs = by_turns(sides, arguments.repeat)
    if not arguments.peers_only and not _same_rows(root, out):
        return 1
    _report(arguments, folder, runs, copy_floor.floor([out / "newsfeed.parquet"], arguments.repeat))
    return 0


def _arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("scale", choices=SCALES)
    parser.add_argument("--repeat", type=int, default=3, help="runs of each side, by turns")
    parser.add_argument("--cap", type=int, default=200, help="entries of a newsfeed at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", action="store_true", help="show the peak memory of each process tree")
    parser.add_argument("--peers-only", action="store_true", help="leave our own side out")
    return parser.parse_args()


def _same_rows(root: Path, out: Path) -> bool:
    """Whether every view of ours has the rows of DuckDB's; prints what differs."""
    same = True
    for view in VIEWS:
        exported = root.parent / f"{view}.parquet"
        ours.export(view, exported, root)
        for difference in differences(exported, out / f"{view}.parquet"):
            print(f"{view}: {difference}", file=sys.stderr)
            same = False
    return same


def _report(
    arguments: argparse.Namespace,
    folder: Path,
    runs: dict[str, list[Repetition]],
    floor: dict[str, list[float]],
) -> None:
    """Prints the table and the floor, and writes them with what was measured."""
    manifest = json.loads((folder / "manifest.json").read_text())
    title = f"{arguments.scale}, cap {arguments.cap}, {manifest['deliveries']:,} deliveries"
    report.show(title, runs, memory=arguments.memory)
    fastest = min(floor, key=lambda name: min(floor[name]))
    print(f"newsfeed read and written again: {min(floor[fastest]):.2f} s by {fastest}")
    facts: dict[str, Any] = {"input": manifest, "cap": arguments.cap, "copy_floor": floor}
    report.save(RESULTS / f"{arguments.scale}-cap{arguments.cap}.json", facts, runs)


if __name__ == "__main__":
    raise SystemExit(main())

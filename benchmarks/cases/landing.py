"""Landing, each line validated, hashed and once, against DuckDB's `read_json` to Parquet, which does none of it."""

import shutil
from functools import partial

from benchmarks import ours, peers
from benchmarks.ground import Ground
from benchmarks.report import Found
from benchmarks.timing import by_turns


def measure(ground: Ground) -> Found:
    """The seconds of both commands, with their start."""
    folder = ground.work / "landing"
    sides = {
        "ours": partial(ours.land, ground.lines, folder / "ours"),
        "duckdb": partial(peers.duckdb_landing, ground.lines, folder / "duckdb"),
    }
    runs = by_turns(sides, ground.repeat)
    shutil.rmtree(folder)
    return Found(runs)

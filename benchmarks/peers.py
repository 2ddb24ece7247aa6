"""The other sides of a benchmark, each in a process of its own."""

import json
import shutil
import sys
from pathlib import Path

from benchmarks.timing import Repetition, command

LANDING = "land, each event once"


def duckdb(lines: Path, out: Path, cap: int) -> Repetition:
    """Does all the work in DuckDB; its views are files of `out`."""
    shutil.rmtree(out, ignore_errors=True)
    arguments = [str(lines), str(out), "--cap", str(cap)]
    done = command([sys.executable, "-m", "benchmarks.duckdb_peer", *arguments])
    seconds = json.loads(done.output)["seconds"]
    landed = {LANDING: seconds.pop("land") + seconds.pop("deduplicate")}
    return Repetition(landed | seconds | {"total": done.seconds}, done.peak_bytes)

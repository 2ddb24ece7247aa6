"""The other sides of a benchmark, each in a process of its own."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.timing import Repetition, command

LANDING = "land, each event once"


def duckdb(lines: Path, out: Path, cap: int) -> Repetition:
    """Does all the work in DuckDB; its views are files of `out`."""
    shutil.rmtree(out, ignore_errors=True)
    done = _peer("duckdb", lines, out, "--cap", cap)
    seconds = done.measured
    landed = {LANDING: seconds.pop("land") + seconds.pop("deduplicate")}
    return Repetition(landed | seconds, done.peak_bytes)


def duckdb_landing(lines: Path, out: Path) -> Repetition:
    """Only reads the lines in DuckDB and writes them as one Parquet file, whose whole process is timed."""
    done = _peer("duckdb", lines, out, "--land")
    return Repetition({"land": done.measured["total"]}, done.peak_bytes)


def duckdb_views(out: Path, cap: int, views: Sequence[str]) -> Repetition:
    """Makes some views in DuckDB once more, of its relations."""
    done = _peer("duckdb", "-", out, "--cap", cap, "--views", *views)
    seconds = {view: done.measured[view] for view in views}
    return Repetition(seconds | {"total": sum(seconds.values())}, done.peak_bytes)


def duckdb_newsfeed(out: Path, cap: int) -> Repetition:
    """Makes the newsfeed in DuckDB once more, of its relations."""
    return _newsfeed(_peer("duckdb", "-", out, "--cap", cap, "--views", "newsfeed"))


def polars_newsfeed(out: Path, cap: int) -> Repetition:
    """Makes the newsfeed in Polars, of DuckDB's relations."""
    return _newsfeed(_peer("polars", out, "--cap", cap))


def spark_newsfeed(out: Path, cap: int) -> Repetition:
    """Makes the newsfeed in Spark SQL, of DuckDB's relations; Spark's start does not count."""
    return _newsfeed(_peer("spark", out, "--cap", cap))


def _newsfeed(done: Repetition) -> Repetition:
    """The newsfeed's seconds alone, without the start of the process."""
    return Repetition({"newsfeed": done.measured["newsfeed"]}, done.peak_bytes)


def _peer(name: str, *arguments: str | int | Path) -> Repetition:
    """Runs a peer; the seconds that it tells of, and as `total` those of its process."""
    done = command([sys.executable, "-m", f"benchmarks.{name}_peer", *map(str, arguments)])
    return Repetition(json.loads(done.output) | {"total": done.seconds}, done.peak_bytes)

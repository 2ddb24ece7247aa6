"""The log and the newsfeed on disk, against DuckDB's default Parquet of the same rows in the same order."""

import tempfile
from pathlib import Path

import duckdb

from benchmarks.ground import Ground
from benchmarks.report import Found
from benchmarks.timing import Repetition


def measure(ground: Ground) -> Found:
    """The megabytes of the data files, and of the peer's one file."""
    tables = {"log": ground.log_files(), "newsfeed": ground.files("newsfeed")}
    ours = {name: sum(path.stat().st_size for path in files) / 1e6 for name, files in tables.items()}
    theirs = {name: _rewritten(files, ground.work) for name, files in tables.items()}
    return Found({"ours": [Repetition(ours)], "duckdb": [Repetition(theirs)]}, unit="MB")


def _rewritten(files: list[Path], beside: Path) -> float:
    """The megabytes of the files' rows as DuckDB writes them when told nothing."""
    with tempfile.TemporaryDirectory(dir=beside) as folder, duckdb.connect() as connection:
        copy = Path(folder) / "copy.parquet"
        connection.read_parquet([str(file) for file in files], hive_partitioning=False).write_parquet(str(copy))
        return copy.stat().st_size / 1e6

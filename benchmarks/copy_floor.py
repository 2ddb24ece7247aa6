"""The floor: reading some Parquet and writing it again, by the engines at hand."""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter

import duckdb
import polars as pl
import pyarrow.dataset as ds

from benchmarks.timing import Repetition, median

PREFIX = "copy by "
Copy = Callable[[list[Path], Path], None]


def sides(files: Callable[[], list[Path]], step: str) -> dict[str, Callable[[], Repetition]]:
    """A side for every engine that copies the rows of the files, those of its turn, into one new place."""
    ways: dict[str, Copy] = {"duckdb": with_duckdb, "polars": with_polars, "pyarrow": with_pyarrow}
    return {f"{PREFIX}{name}": partial(_timed, copy, files, step) for name, copy in ways.items()}


def only_fastest(runs: dict[str, list[Repetition]], step: str) -> dict[str, list[Repetition]]:
    """The sides without all copies but the fastest."""
    fastest = min((name for name in runs if name.startswith(PREFIX)), key=lambda name: median(runs[name], step))
    return {name: side for name, side in runs.items() if name == fastest or not name.startswith(PREFIX)}


def with_duckdb(files: list[Path], out: Path) -> None:
    """A copy by DuckDB, in any order of rows."""
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.read_parquet([str(file) for file in files]).write_parquet(str(out / "copy.parquet"))


def with_polars(files: list[Path], out: Path) -> None:
    """A copy by Polars, streaming."""
    pl.scan_parquet(files).sink_parquet(out / "copy.parquet", maintain_order=False)


def with_pyarrow(files: list[Path], out: Path) -> None:
    """A copy by Arrow's own reader and writer."""
    ds.write_dataset(ds.dataset([str(file) for file in files]), out, format="parquet")


def _timed(copy: Copy, files: Callable[[], list[Path]], step: str) -> Repetition:
    """The seconds of one copy, which is thrown away."""
    found = files()
    with tempfile.TemporaryDirectory(dir=found[0].parent.parent) as folder:
        start = perf_counter()
        copy(found, Path(folder))
        return Repetition({step: perf_counter() - start})

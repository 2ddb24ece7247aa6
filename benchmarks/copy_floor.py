"""The floor: reading some Parquet and writing it again, by the fastest of the engines at hand."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import duckdb
import polars as pl
import pyarrow.dataset as ds


def floor(files: list[Path], repeat: int = 3) -> dict[str, list[float]]:
    """The seconds that every engine needs to copy the rows of the files into one new place."""
    ways = {"duckdb": with_duckdb, "polars": with_polars, "pyarrow": with_pyarrow}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeat):
        for name, copy in ways.items():
            seconds[name].append(_timed(copy, files))
    return seconds


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


def _timed(copy: Callable[[list[Path], Path], None], files: list[Path]) -> float:
    """The seconds of one copy, which is thrown away."""
    with tempfile.TemporaryDirectory(dir=files[0].parent) as folder:
        start = perf_counter()
        copy(files, Path(folder))
        return perf_counter() - start

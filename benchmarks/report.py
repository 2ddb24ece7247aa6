"""What a benchmark found: a table for people, and a JSON file with every repetition."""

import json
import os
import platform
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks.timing import Repetition, median, spread, steps
from pipelines import __version__

OURS: Final = ("pysail", "pyspark", "deltalake", "numba", "pyarrow")
PEERS: Final = ("duckdb", "polars")


def show(title: str, runs: dict[str, list[Repetition]], *, memory: bool = False) -> None:
    """Prints a row per step: the median of each side with its spread, and the others as a ratio to ours."""
    ours, *others = runs
    table = Table(title=title)
    for column in ("step", *(f"{name}, s" for name in runs), *(f"{other} / {ours}" for other in others)):
        table.add_column(column, justify="left" if column == "step" else "right")
    for step in dict.fromkeys(step for side in runs.values() for step in steps(side)):
        cells = [_seconds(side, step) for side in runs.values()]
        ratios = [_ratio(runs[other], runs[ours], step) for other in others]
        table.add_row(step, *cells, *ratios)
    if memory:
        table.add_row("peak GB", *(f"{_peak(side) / 1e9:.2f}" for side in runs.values()))
    Console().print(table)


def save(path: Path, facts: dict[str, Any], runs: dict[str, list[Repetition]]) -> None:
    """Writes the facts, the machine, the versions and every repetition."""
    repetitions = {name: [asdict(run) for run in side] for name, side in runs.items()}
    whole = facts | {"machine": machine(), "versions": versions(), "repetitions": repetitions}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(whole, indent=2) + "\n")


def machine() -> dict[str, Any]:
    """The machine in a few words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": platform.platform(),
        "processor": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": memory,
    }


def versions() -> dict[str, str]:
    """Of Python and of each package that is measured."""
    ours = {"python": platform.python_version(), "pipelines": __version__}
    return ours | {name: version(name) for name in (*OURS, *PEERS)}


def _seconds(side: list[Repetition], step: str) -> str:
    """The median and the spread of a step, or nothing if the side has no such step."""
    return f"{median(side, step):.2f} ±{spread(side, step) / 2:.0%}" if step in steps(side) else ""


def _ratio(other: list[Repetition], ours: list[Repetition], step: str) -> str:
    """How many times as long the other took."""
    both = step in steps(other) and step in steps(ours)
    return f"{median(other, step) / max(median(ours, step), 1e-9):.1f}x" if both else ""


def _peak(side: list[Repetition]) -> int:
    """The most memory that any repetition took."""
    return max(run.peak_bytes for run in side)

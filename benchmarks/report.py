"""What a benchmark found: a table for people, and a JSON file with every repetition."""

import json
import os
import platform
import shutil
import subprocess
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks.timing import Repetition, median, ratio, spread, steps
from pipelines import __version__

PACKAGES: Final = ("pysail", "pyspark", "deltalake", "numba", "pyarrow", "duckdb", "polars")
WIDTH: Final = 160


@dataclass(frozen=True)
class Found:
    """What a benchmark measured: the repetitions of each side, ours first, and in which unit."""

    runs: dict[str, list[Repetition]]
    unit: str = "s"


def show(title: str, found: Found) -> None:
    """Prints the median of each side with its spread, and as a ratio to the first: a row per step, or per side.

    What there are more of has the rows; of two sides there are few.
    """
    console = Console()
    print(f"\n{title}")
    table = _by_side(found) if len(found.runs) > max(2, len(_steps(found))) else _by_step(found)
    (console if console.is_terminal else Console(width=WIDTH)).print(table)


def _by_step(found: Found) -> Table:
    """A row for each step, a column for each side."""
    ours, *others = found.runs
    table = _table("step", *(f"{name}, {found.unit}" for name in found.runs), *(f"{name} / {ours}" for name in others))
    for step in _steps(found):
        ratios = [_ratio(found.runs[other], found.runs[ours], step) for other in others]
        table.add_row(step, *(_value(side, step) for side in found.runs.values()), *ratios)
    peaks = [_peak(side) for side in found.runs.values()]
    if any(peaks):
        table.add_row("peak GB", *peaks)
    return table


def _by_side(found: Found) -> Table:
    """A row for each side, two columns for each step."""
    ours = next(iter(found.runs))
    of_step = [(f"{step}, {found.unit}", f"as a multiple of {ours}") for step in _steps(found)]
    table = _table("side", *(column for both in of_step for column in both), "peak GB")
    for name, side in found.runs.items():
        ratios = ["" if name == ours else _ratio(side, found.runs[ours], step) for step in _steps(found)]
        cells = [(_value(side, step), other) for step, other in zip(_steps(found), ratios, strict=True)]
        table.add_row(name, *(cell for both in cells for cell in both), _peak(side))
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(first)
    for column in others:
        table.add_column(column, justify="right")
    return table


def _steps(found: Found) -> list[str]:
    """All steps in the order of the first side that has them."""
    return list(dict.fromkeys(step for side in found.runs.values() for step in steps(side)))


def save(path: Path, facts: dict[str, Any], found: Found) -> None:
    """Writes the facts, the machine, the versions and every repetition."""
    repetitions = {name: [asdict(run) for run in side] for name, side in found.runs.items()}
    about = {"machine": machine(), "versions": versions()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(facts | about | {"unit": found.unit, "repetitions": repetitions}, indent=2) + "\n")


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
    """Of Python, of Java where there is one, and of each package that is measured."""
    ours = {"python": platform.python_version(), "pipelines": __version__}
    java = shutil.which("java")
    if java is not None:
        told = subprocess.run([java, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603 ours
        ours["java"] = told.splitlines()[0]
    return ours | {name: version(name) for name in PACKAGES}


def _value(side: list[Repetition], step: str) -> str:
    """The median and the spread of a step, or nothing if the side has no such step."""
    if step not in steps(side):
        return ""
    middle = f"{median(side, step):.2f}"
    return middle if len(side) == 1 else f"{middle} ±{spread(side, step) / 2:.0%}"


def _ratio(theirs: list[Repetition], ours: list[Repetition], step: str) -> str:
    """How many times as much the other took, and between what that is from turn to turn."""
    if step not in steps(theirs) or step not in steps(ours):
        return ""
    middle, low, high = ratio(theirs, ours, step)
    return f"{middle:.2f}x" if len(ours) == 1 else f"{middle:.2f}x ({low:.2f}–{high:.2f})"


def _peak(side: list[Repetition]) -> str:
    """The most memory of a process tree in any repetition, or nothing if nobody looked."""
    peak = max(run.peak_bytes for run in side)
    return f"{peak / 1e9:.2f}" if peak else ""

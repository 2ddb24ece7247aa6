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
    """Prints a row per step: the median of each side with its spread, and the others as ratios to the first."""
    ours, *others = found.runs
    table = Table(title=title, title_justify="left")
    for column in ("step", *(f"{name}, {found.unit}" for name in found.runs), *(f"{name} / {ours}" for name in others)):
        table.add_column(column, justify="left" if column == "step" else "right")
    for step in dict.fromkeys(step for side in found.runs.values() for step in steps(side)):
        cells = [_value(side, step) for side in found.runs.values()]
        ratios = [_ratio(found.runs[other], found.runs[ours], step) for other in others]
        table.add_row(step, *cells, *ratios)
    peaks = [max(run.peak_bytes for run in side) for side in found.runs.values()]
    if any(peaks):
        table.add_row("peak GB", *(f"{peak / 1e9:.2f}" if peak else "" for peak in peaks))
    console = Console()
    (console if console.is_terminal else Console(width=WIDTH)).print(table)


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
    return f"{median(side, step):.2f} ±{spread(side, step) / 2:.0%}" if step in steps(side) else ""


def _ratio(theirs: list[Repetition], ours: list[Repetition], step: str) -> str:
    """How many times as much the other took, and between what that is from turn to turn."""
    if step not in steps(theirs) or step not in steps(ours):
        return ""
    middle, low, high = ratio(theirs, ours, step)
    return f"{middle:.2f}x" if len(ours) == 1 else f"{middle:.2f}x ({low:.2f}–{high:.2f})"

"""Repetitions by turns, their medians and spread, and the memory of a command with its children."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Final

INTERVAL: Final = 0.05
PATIENCE: Final = 3600.0
"""The seconds after which a command is taken for one that never ends: the longest measured took nine minutes, on L."""


@dataclass(frozen=True)
class Repetition:
    """What one run of one side took: of each step the seconds (or what else is measured), and the most memory."""

    measured: dict[str, float]
    peak_bytes: int = 0


@dataclass(frozen=True)
class Finished:
    """A command that ended well: what it printed, how long it took, the most memory at once, its processor time."""

    output: str
    seconds: float
    peak_bytes: int
    processor: float


@dataclass
class Peak:
    """The most that has been seen."""

    value: int = 0
    stop: threading.Event = field(default_factory=threading.Event)


def by_turns(
    sides: Mapping[str, Callable[[], Repetition]], repeat: int, dispensable: Collection[str] = ()
) -> dict[str, list[Repetition]]:
    """So many repetitions of every side, one of each by turns, so that a slow minute meets all of them.

    A dispensable side of which a command fails, or does not end, is told of and left out.
    """
    runs: dict[str, list[Repetition]] = {name: [] for name in sides}
    for _ in range(repeat):
        for name in list(runs):
            try:
                runs[name].append(sides[name]())
            except subprocess.SubprocessError as fault:
                if name not in dispensable:
                    raise
                print(f"{name} is left out: {fault}", file=sys.stderr)
                del runs[name]
    return runs


def steps(runs: list[Repetition]) -> list[str]:
    """The steps of a side in the order in which they ran."""
    return list(dict.fromkeys(step for run in runs for step in run.measured))


def median(runs: list[Repetition], step: str) -> float:
    """The median value of a step."""
    return statistics.median(run.measured[step] for run in runs if step in run.measured)


def spread(runs: list[Repetition], step: str) -> float:
    """The distance between the slowest and the fastest, as a share of the median."""
    taken = [run.measured[step] for run in runs if step in run.measured]
    return (max(taken) - min(taken)) / max(statistics.median(taken), 1e-9)


def ratio(theirs: list[Repetition], ours: list[Repetition], step: str) -> tuple[float, float, float]:
    """The ratio of the medians of a step, and the least and the greatest ratio of one turn."""
    turns = [other.measured[step] / own.measured[step] for other, own in zip(theirs, ours, strict=True)]
    return median(theirs, step) / median(ours, step), min(turns), max(turns)


def command(arguments: list[str], patience: float = PATIENCE, environment: Mapping[str, str] | None = None) -> Finished:
    """Runs a command, with more in its environment, and waits for it so many seconds.

    Python keeps what it compiles, as where nobody forbids it.

    Raises:
        CalledProcessError: it failed; what it printed on standard error has been shown.
        TimeoutExpired: it did not end, and was stopped.
    """
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    given = usual | dict(environment or {})
    peak, start, before = Peak(), perf_counter(), _processor()
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=said, text=True, env=given) as process,  # noqa: S603
    ):
        watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
        watcher.start()
        try:
            output, _ = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            seconds = perf_counter() - start
            peak.stop.set()
            watcher.join()
        if process.returncode:
            said.seek(0)
            sys.stderr.write(said.read())
            raise subprocess.CalledProcessError(process.returncode, arguments)
    return Finished(output, seconds, peak.value, _processor() - before)


def _processor() -> float:
    """The seconds of processors that commands took which ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(root: int, peak: Peak) -> None:
    """Looks at the memory of a process tree until told to stop."""
    while not peak.stop.wait(INTERVAL):
        peak.value = max(peak.value, tree_bytes(root))


def tree_bytes(root: int) -> int:
    """Resident memory of a process and all its descendants; 0 where there is no /proc."""
    parents: dict[int, list[int]] = {}
    resident: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # ended meanwhile
            fields = stat.read_text().rpartition(")")[2].split()
            pid = int(stat.parent.name)
            parents.setdefault(int(fields[1]), []).append(pid)
            resident[pid] = int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        total += resident.get(pid, 0)
        waiting += parents.get(pid, [])
    return total

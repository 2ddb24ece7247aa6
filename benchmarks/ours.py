"""Our side of a benchmark: the commands that a user would give, one function each."""

import json
import shutil
import sys
from pathlib import Path

from benchmarks.peers import LANDING
from benchmarks.timing import Finished, Repetition, command


def newsfeed(*arguments: str | Path) -> Finished:
    """Runs the `newsfeed` command of this interpreter."""
    installed = Path(sys.executable).with_name("newsfeed")
    return command([str(installed), *map(str, arguments)])


def work(lines: Path, root: Path, cap: int) -> Repetition:
    """Lands the lines in a new root and publishes a first release."""
    shutil.rmtree(root, ignore_errors=True)
    landing = newsfeed("land", lines, "--root", root)
    run = newsfeed("run", "--root", root, "--cap", str(cap), "--json")
    seconds = {LANDING: landing.seconds, **_steps(json.loads(run.output)["seconds"])}
    seconds["total"] = landing.seconds + run.seconds
    return Repetition(seconds, max(landing.peak_bytes, run.peak_bytes))


def _steps(seconds: dict[str, float]) -> dict[str, float]:
    """The seconds of a run's steps by the peers' names: all relations are the fold."""
    fold = sum(taken for name, taken in seconds.items() if name.startswith("relations/"))
    views = {name.removeprefix("views/"): taken for name, taken in seconds.items() if name.startswith("views/")}
    return {"fold": fold, **views}


def export(view: str, file: Path, root: Path) -> None:
    """Writes a view of the last release as one file."""
    newsfeed("export", view, file, "--root", root)

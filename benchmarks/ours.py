"""Our side of a benchmark: the commands that a user would give, one function each."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers import LANDING
from benchmarks.timing import Finished, Repetition, command


def newsfeed(*arguments: str | Path | int) -> Finished:
    """Runs the `newsfeed` command of this interpreter."""
    installed = Path(sys.executable).with_name("newsfeed")
    return command([str(installed), *map(str, arguments)])


def work(lines: Path, root: Path, cap: int) -> Repetition:
    """Lands the lines in a new root and publishes a first release."""
    landing = land(lines, root)
    run = newsfeed("run", "--root", root, "--cap", cap, "--json")
    seconds = {LANDING: landing.measured["land"], **_steps(json.loads(run.output)["seconds"])}
    seconds["total"] = landing.measured["land"] + run.seconds
    return Repetition(seconds, max(landing.peak_bytes, run.peak_bytes))


def land(lines: Path, root: Path) -> Repetition:
    """Lands the lines in a new root."""
    shutil.rmtree(root, ignore_errors=True)
    done = newsfeed("land", lines, "--root", root)
    return Repetition({"land": done.seconds}, done.peak_bytes)


def again(root: Path, views: Sequence[str], *flags: str) -> Repetition:
    """Makes some views of the last release once more and commits them; the engine's start does not count."""
    tables = [f"views/{view}" for view in views]
    done = command([sys.executable, "-m", "benchmarks.again", str(root), *tables, *flags])
    seconds = _steps(json.loads(done.output))
    return Repetition({name: seconds[name] for name in (*views, "total")}, done.peak_bytes)


def _steps(seconds: dict[str, float]) -> dict[str, float]:
    """The seconds of a run's steps by the peers' names: all relations are the fold."""
    relations = [name for name in seconds if name.startswith("relations/")]
    fold = {"fold": sum(seconds[name] for name in relations)} if relations else {}
    return fold | {name.removeprefix("views/"): taken for name, taken in seconds.items() if name not in relations}


def export(view: str, file: Path, root: Path) -> None:
    """Writes a view of the last release as one file."""
    newsfeed("export", view, file, "--root", root)

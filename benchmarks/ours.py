"""Our side of a benchmark: the commands that a user would give, one function each."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers import LANDING
from benchmarks.timing import Finished, Repetition, command
from pipelines.cli import ENVIRONMENT
from pipelines.cores import cores


def newsfeed(*arguments: str | Path | int) -> Finished:
    """Runs the `newsfeed` command of this interpreter."""
    installed = Path(sys.executable).with_name("newsfeed")
    return command([str(installed), *map(str, arguments)])


def work(lines: Path, root: Path, cap: int) -> Repetition:
    """Lands the lines in a new root and publishes a first release."""
    landing = land(lines, root)
    run = newsfeed("run", "--root", root, "--cap", cap, "--json")
    landed = landing.measured["land"]
    measured = {LANDING: landed, **_steps(json.loads(run.output)["seconds"]), "total": landed + run.seconds}
    return Repetition(measured, max(landing.peak_bytes, run.peak_bytes))


def land(lines: Path, root: Path) -> Repetition:
    """Lands the lines in a new root."""
    shutil.rmtree(root, ignore_errors=True)
    done = newsfeed("land", lines, "--root", root)
    return Repetition({"land": done.seconds}, done.peak_bytes)


def land_and_run(lines: Path, root: Path, *flags: str | int) -> Repetition:
    """Lands some lines and publishes a release of them, as two commands: their seconds, and those of the newsfeed.

    Beside them, the run's processor time, and the one that a plan foretold.
    """
    landing = newsfeed("land", lines, "--root", root)
    plan = newsfeed("run", "--root", root, *flags, "--plan", "--json")
    run = newsfeed("run", "--root", root, *flags, "--json")
    taken = {"land": landing.seconds, "run": run.seconds, "together": landing.seconds + run.seconds}
    steps = {"newsfeed": json.loads(run.output)["seconds"]["views/newsfeed"]}
    foretold = {"core-seconds": run.processor, "foretold": json.loads(plan.output)["seconds"] * cores()}
    return Repetition(taken | steps | foretold, max(landing.peak_bytes, run.peak_bytes))


def hourly(root: Path) -> dict[str, float]:
    """The median seconds of early and of late ones of many small landings into a new root, in one process."""
    found: dict[str, float] = json.loads(_python("benchmarks.hourly", root).output)
    return found


def again(root: Path, views: Sequence[str], *flags: str) -> Repetition:
    """Makes some views of the last release once more and commits them; the start of the engine does not count."""
    done = _python("benchmarks.again", root, *(f"views/{view}" for view in views), *flags)
    seconds = _steps(json.loads(done.output))
    return Repetition({name: seconds[name] for name in (*views, "total")}, done.peak_bytes)


def newsfeed_again(root: Path, *flags: str) -> Repetition:
    """Makes the newsfeed once more: all that this takes, from planning the run to its record."""
    done = again(root, ["newsfeed"], *flags)
    return Repetition({"newsfeed": done.measured["total"]}, done.peak_bytes)


def read(root: Path, seed: int) -> Repetition:
    """Reads newsfeeds in a warm process, then one by a command, then runs where nothing is new; milliseconds."""
    warm = _python("benchmarks.readers", root, "--seed", seed)
    found = json.loads(warm.output)
    one = newsfeed("feed", found.pop("reader"), "--root", root)
    empty = newsfeed("run", "--root", root)
    commands = {"newsfeed feed": one.seconds * 1000, "newsfeed run, nothing new": empty.seconds * 1000}
    return Repetition(found | commands, max(one.peak_bytes, empty.peak_bytes, warm.peak_bytes))


def _python(module: str, *arguments: str | Path | int) -> Finished:
    """Runs a module of these benchmarks, which takes its memory where the `newsfeed` command does."""
    return command([sys.executable, "-m", module, *map(str, arguments)], environment=ENVIRONMENT)


def _steps(seconds: dict[str, float]) -> dict[str, float]:
    """The seconds of a run's steps by the peers' names: all relations, and reading the log for them, are the fold."""
    relations = [name for name in seconds if name.startswith("relations/")]
    folding = [*relations, "read the log"] if relations else []
    fold = {"fold": sum(seconds[name] for name in folding)} if relations else {}
    return fold | {name.removeprefix("views/"): taken for name, taken in seconds.items() if name not in folding}

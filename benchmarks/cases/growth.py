"""Small landings where much landed before, against the same where nothing or little did: they must not cost more."""

import shutil
import uuid
from pathlib import Path

from benchmarks import ours
from benchmarks.ground import Ground
from benchmarks.hourly import write_batch
from benchmarks.report import Found
from benchmarks.timing import Repetition

EVENTS = 10_000
BATCH = f"{EVENTS:,} events, the command"
HOURLY = "5,000 events an hour"


def measure(ground: Ground) -> Found:
    """The seconds of a landing into an empty log and into the network's, and of early and late ones of 240 hours."""
    folder = ground.work / "growth"
    shutil.rmtree(folder, ignore_errors=True)
    full = _copy_of_log(ground.released(), folder / "full")
    turns = [_turn(folder, full) for _ in range(ground.repeat)]
    shutil.rmtree(folder)
    return Found({"early": [early for early, _ in turns], "late": [late for _, late in turns]})


def _turn(folder: Path, full: Path) -> tuple[Repetition, Repetition]:
    """What each takes where little landed before, and where much did."""
    batch = write_batch(folder / "batch.jsonl", uuid.uuid4().hex, EVENTS)
    empty = ours.land(batch, folder / "empty")
    more = ours.newsfeed("land", batch, "--root", full)
    shutil.rmtree(folder / "hourly", ignore_errors=True)
    hourly = ours.hourly(folder / "hourly")
    early = {BATCH: empty.measured["land"], HOURLY: hourly["early"]}
    late = {BATCH: more.seconds, HOURLY: hourly["late"]}
    return Repetition(early, empty.peak_bytes), Repetition(late, more.peak_bytes)


def _copy_of_log(root: Path, copy: Path) -> Path:
    """A lake with what landed in another one."""
    for name in ("log", "ids", "releases"):
        if (root / name).exists():
            shutil.copytree(root / name, copy / name)
    return copy

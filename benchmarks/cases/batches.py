"""Batches, landed and run, beside landing and rebuilding everything, and beside a copy of what they wrote."""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import copy_floor, ours
from benchmarks.batch_floor import floors
from benchmarks.ground import Ground, files_of
from benchmarks.report import Found
from benchmarks.timing import Repetition, by_turns

SHARES: Final = {"1 %": 0.01, "0.1 %": 0.001}
FEW: Final = 100
STEP: Final = "newsfeed"


def measure(ground: Ground) -> Found:
    """The seconds of commands, their start included: a batch is the last events, in a lake with all before them."""
    folder = ground.work / "batches"
    shutil.rmtree(folder, ignore_errors=True)
    lines, everything = list(lines_of(ground.lines)), folder / "everything"
    sizes = {name: round(len(lines) * share) for name, share in SHARES.items()} | {f"{FEW} events": FEW}
    cap, batches = ("--cap", ground.cap), dict[str, Path]()
    for name, size in sizes.items():
        batches[name] = folder / str(size)
        before = written(batches[name] / "before.jsonl", lines[:-size])
        ours.land_and_run(before, batches[name] / "before", *cap)
        written(batches[name] / "batch.jsonl", lines[-size:])
    sides = {"everything": partial(_everything, ground.lines, everything, *cap)}
    sides |= {name: partial(_batch, place) for name, place in batches.items()}
    copies = copy_floor.sides(partial(files_of, everything, STEP), STEP)
    runs = by_turns(sides | copies, ground.repeat)
    shutil.rmtree(folder)
    return Found(copy_floor.only_fastest(runs, STEP))


def _everything(lines: Path, root: Path, *flags: str | int) -> Repetition:
    """What a new lake takes."""
    shutil.rmtree(root, ignore_errors=True)
    return ours.land_and_run(lines, root, *flags)


def _batch(place: Path) -> Repetition:
    """What a batch takes, in a copy of the lake that has all before it, when that is on disk."""
    shutil.rmtree(place / "lake", ignore_errors=True)
    shutil.copytree(place / "before", place / "lake")
    os.sync()
    before = set(_tables(place / "lake"))
    taken = ours.land_and_run(place / "batch.jsonl", place / "lake")
    return replace(taken, measured=taken.measured | floors(sorted(set(_tables(place / "lake")) - before)))


def _tables(root: Path) -> Iterator[Path]:
    """The data files of relations and views."""
    return (file for kind in ("relations", "views") for file in (root / kind).glob("*/*.parquet"))


def lines_of(folder: Path) -> Iterator[bytes]:
    """The lines of a network, in order, without those that repeat an event."""
    known: set[bytes] = set()
    for file in sorted(folder.glob("*.jsonl")):
        with file.open("rb") as lines:
            for line in lines:
                event_id = line.split(b'"', 4)[3]
                if event_id not in known:
                    known.add(event_id)
                    yield line


def written(place: Path, lines: Sequence[bytes]) -> Path:
    """A file with some lines."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"".join(lines))
    return place

"""Which data files a landing commits: the events of its parts that stand."""

from collections.abc import Sequence
from functools import partial

from pipelines.engines.base import Engine
from pipelines.runner.landing.duplicates import Verdict
from pipelines.runner.landing.parts import Part
from pipelines.runner.landing.writing import Standing, Target, write_events
from pipelines.storage import places
from pipelines.storage.datafiles import DataFile

TOGETHER = 4
"""How many stages go to one data file at most: each piece of a column costs something, however few rows it has."""


def settle(engine: Engine, parts: list[Part], verdict: Verdict, target: Target) -> list[DataFile]:
    """The files to commit, written without the events that do not stand."""
    flags = zip(verdict.duplicate, verdict.conflict, strict=True)
    standing = [~(duplicate | conflict) for duplicate, conflict in flags]
    stages = list(zip((part.stage for part in parts), standing, strict=True))
    written = engine.run(partial(write_events, target), _shares(stages, engine.slots))
    return [file for file in written if file is not None]


def _shares(stages: list[Standing], slots: int) -> list[list[Standing]]:
    """The stages in shares of about the same size for tasks of which so many run at once."""
    count = slots * -(-len(stages) // (TOGETHER * slots))
    return [stages[share::count] for share in range(min(count, len(stages)))]


def drop(place: str, files: Sequence[DataFile]) -> None:
    """Remove data files that were never committed."""
    for file in files:
        places.remove(places.join(place, file.path))

"""Which data files a landing commits: the events of its parts that stand."""

from collections.abc import Sequence
from functools import partial

from pipelines.engines.base import Engine
from pipelines.runner.landing.duplicates import Verdict
from pipelines.runner.landing.parts import Part
from pipelines.runner.landing.writing import Target, write_events
from pipelines.storage import places
from pipelines.storage.datafiles import DataFile


def settle(engine: Engine, parts: list[Part], verdict: Verdict, target: Target) -> list[DataFile]:
    """The files to commit, written without the events that do not stand."""
    flags = zip(verdict.duplicate, verdict.conflict, strict=True)
    standing = [~(duplicate | conflict) for duplicate, conflict in flags]
    stages = [part.stage for part in parts]
    written = engine.run(partial(write_events, target), list(zip(stages, standing, strict=True)))
    return [file for file in written if file is not None]


def drop(place: str, files: Sequence[DataFile]) -> None:
    """Remove data files that were never committed."""
    for file in files:
        places.remove(places.join(place, file.path))

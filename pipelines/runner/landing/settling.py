"""Which data files a landing commits: those of its parts, without the events that do not stand."""

from collections.abc import Sequence
from functools import partial

import pyarrow as pa

from pipelines.engines.base import Engine
from pipelines.runner.landing.decoding import Door, Part, write_events
from pipelines.runner.landing.duplicates import Bools, Verdict
from pipelines.storage import datafiles, places
from pipelines.storage.datafiles import DataFile

WRITTEN_ANEW = ("landing", "ingestion_time")


def settle(engine: Engine, parts: list[Part], verdict: Verdict, door: Door) -> list[DataFile]:
    """The files to commit; a file with events that do not stand is written again without them."""
    untouched: list[DataFile] = []
    touched: list[tuple[DataFile, Bools]] = []
    for part, duplicate, conflict in zip(parts, verdict.duplicate, verdict.conflict, strict=True):
        if part.file is not None:
            kept = ~(duplicate | conflict)
            if kept.all():
                untouched.append(part.file)
            else:
                touched.append((part.file, kept))
    rewritten = engine.run(partial(_without, door), touched)
    drop(door.place, [file for file, _ in touched])
    return [*untouched, *(file for file in rewritten if file is not None)]


def _without(door: Door, one: tuple[DataFile, Bools]) -> DataFile | None:
    file, kept = one
    if not kept.any():
        return None
    rows = datafiles.read(places.join(door.place, file.path), None)
    return write_events(rows.filter(pa.array(kept)).drop_columns(list(WRITTEN_ANEW)), door)


def drop(place: str, files: Sequence[DataFile]) -> None:
    """Remove data files that were never committed."""
    for file in files:
        places.remove(places.join(place, file.path))

"""What there is of persons: events that say something personal, lines in quarantine, foreign names."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.arrays import flags, int64s
from pipelines.cores import cores
from pipelines.door.erasing import NAMES, is_personal
from pipelines.erasing import lines, names
from pipelines.landing.persons import Persons
from pipelines.storage import delta, parquet, places
from pipelines.storage.lake import Lake

FOUND_BY = ["event_id", "event_type", "event_time", "actor_id"]


@dataclass
class Person:
    """What there is of a person.

    How many events he or she did, how many of them say something personal by type, when the last was (microseconds),
    how many lines in quarantine and foreign names are the person's.
    """

    acts: int = 0
    events: dict[str, int] = field(default_factory=dict)
    newest: int = -1
    lines: int = 0
    names: int = 0

    @property
    def is_known(self) -> bool:
        """Whether there is anything at all."""
        return bool(self.acts or self.lines or self.names)

    @property
    def has_left(self) -> bool:
        """Whether there is anything personal."""
        return bool(self.events or self.lines or self.names)


@dataclass
class Found:
    """What there is of persons by id, and which files of the log have it, by path, with their sizes.

    `ids` has the ids of their events, `called` their foreign names.
    """

    persons: dict[int, Person]
    files: dict[str, int] = field(default_factory=dict)
    ids: dict[bytes, int] = field(default_factory=dict)
    called: dict[bytes, int] = field(default_factory=dict)

    def as_lines_name_them(self) -> Persons:
        """The persons as lines may name them."""
        return Persons(dict.fromkeys(self.persons, 0), self.ids, self.called)


def look(lake: Lake, users: Iterable[int]) -> Found:
    """What there is of persons. Raises DamagedFile, DamagedLog, PlaceError."""
    found = Found({user: Person() for user in sorted(set(users))})
    _look_in_log(lake, found)
    found.called = names.of(lake, found.persons)
    for person in found.called.values():
        found.persons[person].names += 1
    for persons in lines.of(lake, found.as_lines_name_them()):
        for person in persons:
            found.persons[person].lines += 1
    return found


def _look_in_log(lake: Lake, found: Found) -> None:
    """Note which events there are of the persons, and in which files."""
    handle = delta.find(lake.log)
    files = [] if handle is None else delta.facts_of_files(handle, ("path", "size_bytes"))
    users = np.array(sorted(found.persons), np.int64)

    def of_file(path: str) -> list[pa.Table]:
        return list(events_of(places.join(lake.log, path), users))

    with ThreadPoolExecutor(cores()) as threads:
        for (path, size), some in zip(files, threads.map(of_file, [path for path, _ in files]), strict=True):
            if sum(_note(found, events) for events in some):
                found.files[path] = size


def events_of(place: str, users: Any, columns: Iterable[str] = (*FOUND_BY, *NAMES)) -> Iterator[pa.Table]:
    """The events of some users in a file of the log, with those of these columns that it has: what is personal.

    Raises DamagedFile, PlaceError.
    """
    with parquet.opened(place) as file:
        there = [name for name in columns if name in file.schema_arrow.names]
        for group in range(file.num_row_groups):
            if not _may_have(file, group, users):
                continue
            of = np.isin(int64s(parquet.rows(place, file, ["actor_id"], [group])["actor_id"]), users)
            if of.any():
                yield parquet.rows(place, file, there, [group]).filter(flags(of))


def _may_have(file: Any, group: int, users: Any) -> bool:
    """Whether a row group may have events of some users, as far as its statistics tell."""
    said = parquet.statistics(file, group, "actor_id")
    if said is None or not said.has_min_max:
        return True
    return bool(((users >= said.min) & (users <= said.max)).any())


def _note(found: Found, events: pa.Table) -> int:
    """Note events; how many of them say something personal."""
    told = is_personal(events)
    actors, times = int64s(events["actor_id"]).tolist(), int64s(events["event_time"]).tolist()
    ids, types = (events[name].to_pylist() for name in ("event_id", "event_type"))
    for actor, time, event_id, kind, is_told in zip(actors, times, ids, types, told.tolist(), strict=True):
        person = found.persons[actor]
        person.acts, person.newest = person.acts + 1, max(person.newest, time)
        if is_told:
            person.events[kind] = person.events.get(kind, 0) + 1
        found.ids[event_id.encode()] = actor
    return int(told.sum())

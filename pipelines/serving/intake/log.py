"""The log, as far as intake asks it: which events of some ids stand there, and which ids those of some actors have.

What is asked is answered of one version, the newest when it was last looked; whether it still is can be asked quickly.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow.compute as pc

from pipelines.arrays import int64s, strings
from pipelines.erasing.finding import events_of
from pipelines.landing.id_index import File, Index
from pipelines.landing.id_words import IDS, hashes_of
from pipelines.log.erasures import Erasures, erasures
from pipelines.packing import ascending
from pipelines.storage import datafiles, delta, deltalog, places
from pipelines.storage.lake import Lake

ACTORS = 4096
"""Of so many actors it is kept which events they did."""
FACTS = ["event_id", "content_hash", "landing", "event_time"]
NAMED = ["event_id", "actor_id"]


class Standing(NamedTuple):
    """An event of the log: the hash of its content, by which landing it came, when it happened (microseconds)."""

    content_hash: int
    landing: int
    time: int


@dataclass(frozen=True)
class Looked:
    """What a version of the log says: events by id, the ids of events by actor, and which erasures are known."""

    version: int
    standing: Mapping[str, Standing]
    actors: Mapping[int, frozenset[str]]
    known: Erasures


NOTHING = Looked(-1, {}, {}, Erasures())


class Newest:
    """The newest version of a table, of which what is read is read once."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.handle: delta.Handle | None = None

    @property
    def version(self) -> int:
        """Its number; -1 where there is no table."""
        return -1 if self.handle is None else int(self.handle.version())

    def is_newest(self) -> bool:
        """Whether there is no newer one; nor was it put back. Raises PlaceError."""
        return not self._has(self.version + 1) and (self.handle is None or self._has(self.version))

    def look(self) -> bool:
        """Look for a newer one; whether there is another than before. Raises DamagedLog, PlaceError."""
        if self.is_newest():
            return False
        self.handle = delta.find(self.place)
        return True

    def _has(self, version: int) -> bool:
        return places.exists(places.join(deltalog.folder(self.place), deltalog.name_of(version)))


class Log:
    """The log of a lake. All that it is asked may raise DamagedFile, DamagedLog, LostErasures and PlaceError."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._table, self._erasures = Newest(lake.log), Newest(lake.erasures)
        self._files: list[File] = []
        self._known = Erasures()
        self._actors = Actors(lake.log)
        self._lock = threading.Lock()

    def is_newest(self, looked: Looked) -> bool:
        """Whether what was looked up is still what the newest version says."""
        return looked.version == self._table.version and self._table.is_newest()

    def look(self, ids: Collection[str], actors: Collection[int] = ()) -> Looked:
        """What the newest version says of events with some ids, and of all events of some actors."""
        with self._lock:
            if self._table.look():
                handle = self._table.handle
                columns = ("path", "num_records", "modification_time", "min.actor_id", "max.actor_id")
                facts = [] if handle is None else delta.facts_of_files(handle, columns)
                self._files = [File(path, count, time) for path, count, time, _, _ in facts]
                self._actors.update({path: (least, most) for path, _, _, least, most in facts})
            if self._erasures.look():
                self._known = erasures(self._lake)
            standing = self._standing(ids) if ids else {}
            return Looked(self._table.version, standing, self._actors.ids_of(actors), self._known)

    def _standing(self, ids: Collection[str]) -> dict[str, Standing]:
        wanted = strings(sorted(ids))
        index = Index(self._lake.ids, IDS, self._lake.log, self._files)
        found = dict[str, Standing]()
        for groups in index.candidates(ascending(hashes_of(wanted))):
            rows = datafiles.read(groups.place, FACTS, groups.numbers)
            rows = rows.filter(pc.is_in(rows["event_id"], wanted))
            columns = (rows["event_id"].to_pylist(), *(int64s(rows[name]).tolist() for name in FACTS[1:]))
            found |= {event_id: Standing(*facts) for event_id, *facts in zip(*columns, strict=True)}
        return found


Bounds = tuple[int | None, int | None]
"""The least and the greatest id of an actor in a file; None where that is not known."""


@dataclass(frozen=True)
class _Counted:
    """In which files an actor's events were looked for, and which ids they have, by file."""

    paths: frozenset[str]
    ids: Mapping[str, frozenset[str]]


UNCOUNTED = _Counted(frozenset(), {})


class Actors:
    """Which ids the events of actors have in the files of a log: each file is read once for an actor."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._files: Mapping[str, Bounds] = {}
        self._paths: frozenset[str] = frozenset()
        self._counted: OrderedDict[int, _Counted] = OrderedDict()

    def update(self, files: Mapping[str, Bounds]) -> None:
        """Take these as the log's files."""
        self._files, self._paths = files, frozenset(files)

    def ids_of(self, actors: Iterable[int]) -> dict[int, frozenset[str]]:
        """The ids of the events of each actor. Raises DamagedFile, PlaceError."""
        wanted = sorted(set(actors))
        read = self._read({actor: self._paths - self._counted.get(actor, UNCOUNTED).paths for actor in wanted})
        return {actor: self._together(actor, read[actor]) for actor in wanted}

    def _read(self, lacking: Mapping[int, frozenset[str]]) -> dict[int, dict[str, set[str]]]:
        """The ids of each actor's events in the files that were not read for the actor, by file."""
        found: dict[int, dict[str, set[str]]] = {actor: defaultdict(set) for actor in lacking}
        for path in frozenset[str]().union(*lacking.values()):
            actors = [one for one, paths in lacking.items() if path in paths and _may_have(self._files[path], one)]
            if not actors:
                continue
            for events in events_of(places.join(self._place, path), np.array(actors, np.int64), NAMED):
                ids, owners = events["event_id"].to_pylist(), int64s(events["actor_id"]).tolist()
                for event_id, actor in zip(ids, owners, strict=True):
                    found[actor][path].add(event_id)
        return found

    def _together(self, actor: int, read: Mapping[str, set[str]]) -> frozenset[str]:
        """All ids of an actor, which is kept as asked for last."""
        before = self._counted.pop(actor, UNCOUNTED)
        ids = {path: some for path, some in before.ids.items() if path in self._paths}
        ids |= {path: frozenset(some) for path, some in read.items()}
        self._counted[actor] = _Counted(self._paths, ids)
        while len(self._counted) > ACTORS:
            self._counted.popitem(last=False)
        return frozenset[str]().union(*ids.values())


def _may_have(bounds: Bounds, actor: int) -> bool:
    least, most = bounds
    return (least is None or actor >= least) and (most is None or actor <= most)

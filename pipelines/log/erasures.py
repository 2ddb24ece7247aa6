"""Erasures: whose personal payload is taken away, and up to when; the records of it, each of which seals those before.

An erasure is a function of events: those of the person up to a time say nothing personal, whenever they land.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, Int64s, int64s
from pipelines.events.log import ERASURES
from pipelines.storage import delta, parquet
from pipelines.storage.lake import Lake

BEGUN, FINISHED = "begun", "finished"
NEVER = -1
"""Up to when events are erased of who is not."""


@dataclass(frozen=True)
class Record:
    """A record as in ERASURES, times in microseconds."""

    number: int
    step: str
    user_id: int
    until: int
    recorded_at: int
    reason: str
    who: str
    events: str
    names: int
    lines: tuple[str, ...]
    certificate: str
    digest: str = ""

    def sealed(self, before: str) -> str:
        """The digest of the record behind one with a digest."""
        said = {name: value for name, value in asdict(self).items() if name != "digest"}
        return hashlib.sha256(f"{before}\n{json.dumps(said, sort_keys=True)}".encode()).hexdigest()

    @property
    def counts(self) -> dict[str, int]:
        """How many events said something personal, by type."""
        found: dict[str, int] = json.loads(self.events)
        return found


@dataclass(frozen=True)
class Erasures:
    """All records, in order, as a version of their table has them; None where there is none."""

    records: tuple[Record, ...] = ()
    version: int | None = None

    @cached_property
    def until(self) -> dict[int, int]:
        """By person up to when events say nothing personal."""
        found: dict[int, int] = {}
        for one in self.records:
            found[one.user_id] = max(one.until, found.get(one.user_id, NEVER))
        return found

    @cached_property
    def lines(self) -> frozenset[str]:
        """The SHA-256 of lines of which the bytes are not kept."""
        return frozenset(digest for one in self.records for digest in one.lines)

    @cached_property
    def last(self) -> dict[int, Record]:
        """The last record of each person."""
        return {one.user_id: one for one in self.records}

    @property
    def unfinished(self) -> list[Record]:
        """The records of those whose erasure has begun and is not finished."""
        return [one for one in self.last.values() if one.step == BEGUN]

    @cached_property
    def _bounds(self) -> tuple[Int64s, Int64s]:
        """The persons, ascending, and the time of each."""
        users = sorted(self.until)
        return np.array(users, np.int64), np.array([self.until[one] for one in users], np.int64)

    def concern(self, events: pa.Table) -> Bools:
        """Which events, of which actor and time are known, are to say nothing personal."""
        users, until = self._bounds
        actors, times = int64s(events["actor_id"]), int64s(events["event_time"])
        if not len(users):
            return np.zeros(len(actors), np.bool_)
        at = np.minimum(np.searchsorted(users, actors), len(users) - 1)
        found: Bools = (users[at] == actors) & (times <= until[at])
        return found

    def broken(self) -> str | None:
        """Which record is not what was written, or not behind those that were; None when all are."""
        before = ""
        for expected, one in enumerate(self.records, 1):
            if one.number != expected or one.digest != one.sealed(before):
                return f"record {expected} of the erasures is not what was written, or one before it is gone"
            before = one.digest
        return None


def erasures(lake: Lake) -> Erasures:
    """The records of a lake's erasures. Raises DamagedFile, DamagedLog, PlaceError."""
    handle = delta.find(lake.erasures)
    if handle is None:
        return Erasures()
    found = [record for place in delta.uris(lake.erasures, handle) for record in _in_file(place)]
    return Erasures(tuple(sorted(found, key=lambda one: one.number)), int(handle.version()))


def _in_file(place: str) -> list[Record]:
    with parquet.opened(place) as file:
        rows = parquet.rows(place, file, list(ERASURES.names))
    return [_record(rows, at) for at in range(rows.num_rows)]


def _record(rows: pa.Table, at: int) -> Record:
    said: dict[str, Any] = {}
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        kind = column.type
        said[name] = (column.cast(pa.int64()) if pa.types.is_timestamp(kind) else column)[at].as_py()
    return Record(**said | {"lines": tuple(said["lines"] or ())})

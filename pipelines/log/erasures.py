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
from pipelines.errors import NewsfeedError
from pipelines.events.log import ERASURES
from pipelines.storage import delta, deltalog, parquet
from pipelines.storage.lake import Lake

BEGUN, FINISHED = "begun", "finished"
SAID, TOTAL = "records", "records_total"
"""Under which names a commit says all records, and how many these are, so that none is lost with its file."""
NEVER = -1
"""Up to when events are erased of who is not."""


class LostErasures(NewsfeedError):
    """Records of erasures are not what was written, so it is not known whose events say nothing personal."""


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
    """The records of a lake's erasures. Raises LostErasures, DamagedFile, DamagedLog, PlaceError."""
    found = as_they_are(lake)
    fault = fault_of(lake, found)
    if fault is not None:
        raise LostErasures(f"{lake.erasures}: {fault}; `newsfeed repair` writes them again")
    return found


def fault_of(lake: Lake, found: Erasures) -> str | None:
    """What is wrong with the records that are there; None where nothing is. Raises DamagedLog, PlaceError."""
    if found.version is None:
        return None
    total, lost = said(lake)
    if lost:
        return "a commit of records of erasures is lost"
    if total not in (None, len(found.records)):
        return f"expected {total} records of erasures, found {len(found.records)}"
    return found.broken()


def said(lake: Lake) -> tuple[int | None, int]:
    """How many records there are by the last commit that says it, None if none does; how many were lost since."""
    lost = 0
    for version in reversed(deltalog.commits(lake.erasures)):
        entry = deltalog.entry(lake.erasures, version)
        if TOTAL in entry.info:
            return int(entry.info[TOTAL]), lost
        lost += entry.is_lost
    return None, lost


def as_they_are(lake: Lake) -> Erasures:
    """The records that are there, whatever was lost of them. Raises DamagedFile, DamagedLog, PlaceError."""
    handle = delta.find(lake.erasures)
    if handle is None:
        return Erasures()
    found = [record for place in delta.uris(lake.erasures, handle) for record in in_file(place)]
    return Erasures(tuple(sorted(found, key=lambda one: one.number)), int(handle.version()))


def in_file(place: str) -> list[Record]:
    """The records of a file. Raises DamagedFile, PlaceError."""
    with parquet.opened(place) as file:
        rows = parquet.rows(place, file, list(ERASURES.names))
    return [_record(rows, at) for at in range(rows.num_rows)]


def _record(rows: pa.Table, at: int) -> Record:
    row: dict[str, Any] = {}
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        kind = column.type
        row[name] = (column.cast(pa.int64()) if pa.types.is_timestamp(kind) else column)[at].as_py()
    return Record(**row | {"lines": tuple(row["lines"] or ())})

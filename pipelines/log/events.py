"""The log as it is read: the events of some landings, or of some time, each in the newest version of its type."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, flags, int64s, no_rows, with_columns
from pipelines.clock import micros, moment
from pipelines.cores import cores
from pipelines.errors import NewsfeedError
from pipelines.events import CONTRACT
from pipelines.events.log import LOG_FILE
from pipelines.events.upcasting import given_up, needed, newest
from pipelines.log.certificate import CERTIFIED, SUMS, Certificate, recomputed
from pipelines.releases.release import require_lake
from pipelines.storage import delta, logfiles
from pipelines.storage.lake import Lake

SHARE = 32 << 20
"""The bytes of the files that a task reads one after another, about a million events."""

NEWEST = tuple(column for column in LOG_FILE.columns if column.name not in given_up(CONTRACT.values()))
"""The columns of events in their newest versions."""

Fields = Callable[[str], Sequence[str]]
"""Which fields are asked of events of a type."""


class NoLog(NewsfeedError):
    """Nothing landed yet."""


@dataclass(frozen=True)
class Log:
    """Data files of the log, with their sizes; of their events those of landings after `since` up to `upto`.

    Of these those that happened `until` a time and were `known_at` one, microseconds since 1970; None is no bound.
    """

    files: tuple[tuple[str, int], ...]
    upto: int | None = None
    since: int | None = None
    until: int | None = None
    known_at: int | None = None

    @property
    def told(self) -> str:
        """In words which events these are, such as `as of 2026-01-31T12:00:00Z`."""
        bounds = (("as of", self.until), ("as known at", self.known_at))
        told = [
            f"{word} {moment(time).isoformat().removesuffix('+00:00')}Z" for word, time in bounds if time is not None
        ]
        return ", ".join(told) or f"as of landing {self.upto}"

    def shares(self, slots: int) -> list[list[str]]:
        """The files in shares of about the same size for tasks of which so many run at once."""
        count = slots * max(1, -(-sum(size for _, size in self.files) // (SHARE * slots)))
        shares: list[tuple[int, list[str]]] = [(0, []) for _ in range(count)]
        for place, size in sorted(self.files, key=lambda file: (-file[1], file[0])):
            least = min(range(count), key=lambda share: shares[share][0])
            shares[least] = (shares[least][0] + size, [*shares[least][1], place])
        return [files for _, files in shares if files]

    def events(self, place: str, fields: Fields) -> Iterator[tuple[str, pa.Table]]:
        """The events of a file, some of one type at a time, with these fields; not those of which none is asked for."""

        def asked(event_type: str) -> list[str]:
            found = fields(event_type)
            return list(dict.fromkeys([*found, *self.bounded_by])) if found else []

        for event_type, events in every_event(place, asked):
            chosen = events.filter(flags(self.has(events))) if self.bounded_by else events
            yield event_type, chosen.select(list(fields(event_type)))

    @property
    def bounded_by(self) -> list[str]:
        """The fields that say whether an event is one of these."""
        return [name for name in self._bounds if self._bounds[name] != (None, None)]

    @property
    def _bounds(self) -> dict[str, tuple[int | None, int | None]]:
        """By field behind which value events begin, and with which they end; None: with any."""
        return {
            "landing": (self.since, self.upto),
            "event_time": (None, self.until),
            "ingestion_time": (None, self.known_at),
        }

    def has(self, events: pa.Table) -> Bools:
        """Which events, of which these fields are known, are among these."""
        chosen = np.ones(events.num_rows, np.bool_)
        for name in self.bounded_by:
            behind, last = self._bounds[name]
            values = int64s(events[name])
            if behind is not None:
                chosen &= values > behind
            if last is not None:
                chosen &= values <= last
        return chosen


def every_event(place: str, fields: Fields) -> Iterator[tuple[str, pa.Table]]:
    """All events of a file, some of one type at a time, in the order in which they stand; as `Log.events` has some."""

    def upcasts(event_type: str) -> list[str]:
        return needed(CONTRACT[event_type], fields(event_type)) if event_type in CONTRACT else []

    def columns(event_type: str) -> list[str]:
        return list(dict.fromkeys([*fields(event_type), *upcasts(event_type)]))

    for event_type, rows in logfiles.by_type(place, columns):
        events = with_columns(rows, pa.schema([LOG_FILE.arrow.field(name) for name in columns(event_type)]))
        known = newest(CONTRACT[event_type], events) if upcasts(event_type) else events
        yield event_type, known.select(list(fields(event_type)))


def whole(lake: Lake) -> Log:
    """All events of the newest version of the log. Raises NoLog, NoLake."""
    require_lake(lake)
    handle = delta.find(lake.log)
    if handle is None:
        raise NoLog(f"nothing landed at {lake.root} yet: `newsfeed land SOURCE` lands events")
    return Log(tuple(delta.sizes(lake.log, handle)))


def as_of(lake: Lake, until: datetime, known_at: datetime | None = None) -> Log:
    """The events that had happened at a time, of all that landed, or had landed then. Raises NoLog, NoLake."""
    return replace(whole(lake), until=micros(until), known_at=None if known_at is None else micros(known_at))


def certificate_of(log: Log) -> Certificate:
    """The certificate of the events of a log, as its rows say. Raises DamagedFile, PlaceError."""

    def sums(place: str) -> list[pa.Table]:
        return [CERTIFIED.rows(kind, events) for kind, events in log.events(place, lambda _: CERTIFIED.fields)]

    with ThreadPoolExecutor(cores()) as threads:
        found = chain.from_iterable(threads.map(sums, [place for place, _ in log.files]))
        return recomputed(pa.concat_tables([no_rows(SUMS), *found]))

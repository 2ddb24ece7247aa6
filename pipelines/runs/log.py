"""The log as a run reads it: all events of some landings, each in the newest version of its type."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, Int64s, flags, int64s, with_columns
from pipelines.events import CONTRACT
from pipelines.events.log import LOG_FILE
from pipelines.events.upcasting import given_up, needed, newest
from pipelines.runs.frames import frame
from pipelines.storage import logfiles

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SHARE = 32 << 20
"""The bytes of the files that a task reads one after another, about a million events."""

NEWEST = tuple(column for column in LOG_FILE.columns if column.name not in given_up(CONTRACT.values()))
"""The columns of events in their newest versions."""

Fields = Callable[[str], Sequence[str]]
"""Which fields are asked of events of a type."""


@dataclass(frozen=True)
class Log:
    """Data files of the log, with their sizes; of their events those of landings after `since` up to `upto`."""

    files: tuple[tuple[str, int], ...]
    upto: int | None = None
    since: int | None = None

    def shares(self, slots: int) -> list[list[str]]:
        """The files in shares of about the same size for tasks of which so many run at once."""
        count = slots * max(1, -(-sum(size for _, size in self.files) // (SHARE * slots)))
        shares: list[tuple[int, list[str]]] = [(0, []) for _ in range(count)]
        for place, size in sorted(self.files, key=lambda file: (-file[1], file[0])):
            least = min(range(count), key=lambda share: shares[share][0])
            shares[least] = (shares[least][0] + size, [*shares[least][1], place])
        return [files for _, files in shares if files]

    def events(self, place: str, fields: Fields) -> Iterator[tuple[str, pa.Table]]:
        """The events of a file, some of one type at a time, with these fields."""

        def columns(event_type: str) -> list[str]:
            upcasts = needed(CONTRACT[event_type]) if event_type in CONTRACT else []
            return list(dict.fromkeys([*fields(event_type), *upcasts, *self._chosen_by]))

        for event_type, rows in logfiles.by_type(place, columns):
            schema = pa.schema([LOG_FILE.arrow.field(name) for name in columns(event_type)])
            events = with_columns(rows, schema)
            if self._chosen_by:
                events = events.filter(flags(self._are_of(int64s(events["landing"]))))
            known = newest(CONTRACT[event_type], events) if event_type in CONTRACT else events
            yield event_type, known.select(list(fields(event_type)))

    @property
    def _chosen_by(self) -> list[str]:
        return [] if self.upto is None and self.since is None else ["landing"]

    def _are_of(self, landings: Int64s) -> Bools:
        chosen = np.ones(len(landings), np.bool_)
        if self.upto is not None:
            chosen &= landings <= self.upto
        if self.since is not None:
            chosen &= landings > self.since
        return chosen

    def frame(self, session: "SparkSession", slots: int) -> "DataFrame":
        """All events with all fields."""
        ddl = ", ".join(f"{column.name} {column.type}" for column in NEWEST)
        return frame(session, slots, self.shares(slots), self._batches, ddl)

    def _batches(self, place: str) -> Iterator[pa.RecordBatch]:
        """The events of a file with all fields."""
        for _, events in self.events(place, lambda _: [column.name for column in NEWEST]):
            yield from events.to_batches()

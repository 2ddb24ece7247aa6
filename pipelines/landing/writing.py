"""The task that writes: events of some stages that stand become a data file of the log."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, arrow, flags, int64s
from pipelines.checks import require_clean, standard_checks
from pipelines.clock import date_of, moment
from pipelines.door.arrow import TYPE, by_number, column_of_type
from pipelines.events.log import LOG_FILE, PARTITION
from pipelines.landing.id_words import FileWords, GroupWords, Kind
from pipelines.landing.partitions import Stage, by_type
from pipelines.storage.datafiles import DataFile
from pipelines.storage.file_writer import FileWriter

SCHEMA = by_number(LOG_FILE.arrow)

Standing = tuple[Stage, Bools]
"""A stage, and which of its events stand."""


@dataclass(frozen=True)
class Target:
    """Where events go: the log, the number of the landing, the clock in UTC microseconds, and the files' mark.

    And by what they are looked for, as the indexes need it.
    """

    log: str
    landing: int
    clock: int
    kinds: tuple[Kind, ...] = ()
    mark: str | None = None

    @property
    def date(self) -> str:
        """The partition of the log: the clock's UTC date."""
        return date_of(self.clock)

    @property
    def folder(self) -> str:
        """The folder of that partition."""
        return f"{PARTITION}={self.date}"


class Written(NamedTuple):
    """A data file of the log, with its events' words of each kind.

    And the time of its newest event that is not in the future; None when all are.
    """

    file: DataFile
    words: tuple[FileWords, ...]
    newest_event: datetime | None


def write_events(target: Target, stages: Sequence[Standing]) -> Written | None:
    """Write the events of stages that stand, with what the landing adds, to a new data file of the log, if any."""
    if not any(stands.any() for _, stands in stages):
        return None
    checks, folder = standard_checks(LOG_FILE)[1:], f"{target.folder}/"
    writer = FileWriter(target.log, LOG_FILE, 0, checks, folder, hashed=False, schema=SCHEMA, mark=target.mark)
    indexed, times = [GroupWords(kind) for kind in target.kinds], list[datetime]()
    for name, events in _standing(stages):
        for start in range(0, events.num_rows, LOG_FILE.row_group):
            for batch in events.slice(start, LOG_FILE.row_group).combine_chunks().to_batches():
                writer.write(_landed(batch, name, target))
                for words in indexed:
                    words.add(batch["event_id"])
                times += _newest(batch["event_time"], target.clock)
    file = writer.close()
    require_clean("log", writer.findings())
    return Written(file, tuple(words.of(file.path) for words in indexed), max(times, default=None))


def _newest(times: pa.Array, clock: int) -> list[datetime]:
    """The newest of the times that are not after the clock, if there is one."""
    past = int64s(times)
    past = past[past <= clock]
    return [moment(int(past.max()))] if len(past) else []


def _standing(stages: Sequence[Standing]) -> Iterator[tuple[str, pa.Table]]:
    """The events of each type that stand, of all stages."""
    found: dict[str, list[tuple[pa.Table, Bools]]] = defaultdict(list)
    for stage, stands in stages:
        start = 0
        for name, rows in by_type(stage):
            found[name].append((rows, stands[start : start + rows.num_rows]))
            start += rows.num_rows
    for name in sorted(found):
        stand = (rows.filter(flags(stands)) for rows, stands in found[name])
        yield name, pa.concat_tables(stand, promote_options="default")


def _landed(events: pa.RecordBatch, name: str, target: Target) -> pa.RecordBatch:
    """Events of a type as rows of the log."""
    added = _added(target.landing, target.clock, LOG_FILE.row_group).slice(0, events.num_rows)
    given = dict(zip(events.schema.names, events.columns, strict=True))
    given[TYPE] = column_of_type(name, events.num_rows)
    return pa.record_batch([given.get(column, added[column]) for column in SCHEMA.names], SCHEMA)


@lru_cache(maxsize=1)
def _added(landing: int, clock: int, size: int) -> pa.RecordBatch:
    """So many rows with what the landing adds, and null in all else."""
    added = {"landing": landing, "ingestion_time": clock}
    columns = [
        arrow(np.full(size, added[f.name], np.int64), f.type) if f.name in added else pa.nulls(size, f.type)
        for f in SCHEMA
    ]
    return pa.record_batch(columns, SCHEMA)

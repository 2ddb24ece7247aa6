"""Verification of a sample: all rows of some owners are those that the events make which bear on them.

Whose rows are compared is chosen by a hash of the id and a seed, of all ids that the log or a view names, so that rows
that are missing are found as those that are too many.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, Int64s, int64s, no_rows
from pipelines.events.log import LOG
from pipelines.log.events import Log, certificate_of
from pipelines.past.bearing import BEARING
from pipelines.past.reader import PastReader
from pipelines.releases.release import Release, Released
from pipelines.runs.publishing import projections
from pipelines.runs.rebuilding import Source
from pipelines.runs.steps import Progress
from pipelines.storage.checksums import DamagedFile
from pipelines.storage.deltalog import DamagedLog
from pipelines.storage.lake import Lake
from pipelines.verification.differences import of_tables
from pipelines.verification.findings import Finding
from pipelines.verification.released import files_of
from pipelines.verification.rows import Rows

TOGETHER = 4096
"""Of so many owners at once rows are made: the events that bear on them are in memory."""
IDS = tuple(one.name for one in LOG.columns if one.name.endswith(("_id", "_ids")) and one.type != "string")
"""The columns of the log that name users and posts."""


@dataclass(frozen=True)
class Sample:
    """A share of all ids, above 0 and at most 1, another one for each seed."""

    share: float
    seed: int = 0

    def has(self, ids: Int64s) -> Bools:
        """Which ids are among them."""
        words = ids.astype(np.uint64) + np.uint64((self.seed + 1) * 0x9E3779B97F4A7C15 % 2**64)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            words = (words ^ (words >> np.uint64(shift))) * np.uint64(factor)
        found: Bools = (words ^ (words >> np.uint64(31))) >> np.uint64(11) < self.share * 2**53
        return found


def verify(
    lake: Lake, release: Release, sample: Sample, progress: Progress = lambda _step, _release: None
) -> list[Finding]:
    """What is found of each view of a release, of the rows of a sample of owners.

    Raises OtherLog, GivenUp, IncompleteLog, and DamagedFile where the log's own files are damaged.
    """
    source = Source.of_release(lake, release)
    source.require(certificate_of(source.log))
    reader, named, found = PastReader(source.log, source.policy), _named(source.log, sample), []
    for name, released in release.tables.items():
        if name.startswith("views/"):
            progress(f"compare {name}", None)
            found.append(_compared(lake, name, released, reader, sample, named))
    return found


def _compared(lake: Lake, name: str, released: Released, reader: PastReader, sample: Sample, named: Int64s) -> Finding:
    """What is found of one view."""
    view = name.removeprefix("views/")
    if view not in BEARING or name not in projections():
        return Finding(name, None, skipped="not compared: its rows are nobody's")
    if released.projection != projections()[name].version:
        return Finding(name, None, skipped="made by other rules than today's, so it cannot be compared")
    table, owner = projections()[name].table, BEARING[view].owner
    try:
        served = Rows(table, tuple(place for place, _ in files_of(lake, name, released))).chosen(owner, sample.has)
    except (DamagedFile, DamagedLog) as fault:
        return Finding(name, None, (str(fault),))
    owners = np.union1d(named, int64s(served[owner])).tolist()
    made = (reader.table_of_ids(view, owner, some) for some in _parts(owners))
    expected = pa.concat_tables([no_rows(table.arrow), *(rows.select(table.names).cast(table.arrow) for rows in made)])
    return Finding(name, served.num_rows, differences=of_tables(table, served, expected))


def _parts(owners: list[int]) -> list[list[int]]:
    return [owners[start : start + TOGETHER] for start in range(0, len(owners), TOGETHER)]


def _named(log: Log, sample: Sample) -> Int64s:
    """The ids of a sample that the events of a log name, ascending."""
    found = [np.empty(0, np.int64)]
    for place, _ in log.files:
        for _, events in log.events(place, lambda _: IDS):
            ids = np.unique(np.concatenate([_ids(events[name]) for name in IDS]))
            found.append(ids[sample.has(ids)])
    return np.unique(np.concatenate(found))


def _ids(column: pa.ChunkedArray) -> Int64s:
    values: Any = column.combine_chunks()
    return int64s((values.flatten() if pa.types.is_list(column.type) else values).drop_null())

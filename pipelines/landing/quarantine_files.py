"""The data files of the quarantine: which there are, what is known of each without reading it, how they are written."""

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import bools, fixed_values, flags, int64s, strings
from pipelines.checks import require_clean, standard_checks
from pipelines.clock import EPOCH, moment
from pipelines.events.log import QUARANTINE
from pipelines.hashing import content_hash
from pipelines.storage import datafiles, delta, places
from pipelines.storage.datafiles import DataFile
from pipelines.storage.file_writer import FileWriter

KEY = list(QUARANTINE.key)
WHOLE_TABLE: dict[str, str | None] = {}
ROWS, BYTES = 16 * 1024, 4 * 1024 * 1024
"""How many rows, and how many bytes of lines, a row group has at most: one is read to show its first row."""


@dataclass(frozen=True)
class QuarantineFile:
    """A data file of the quarantine, its least and greatest source, and when its last row came; None: not known."""

    place: str
    path: str
    first: str | None
    last: str | None
    received: datetime | None

    @classmethod
    def of(cls, table: str, file: DataFile) -> "QuarantineFile":
        """A file that was just written."""
        return cls(places.join(table, file.path), file.path, None, None, None)


def files_of(table: str, handle: delta.Handle | None) -> list[QuarantineFile]:
    """The files of a version of the table, the newest first."""
    columns = ("path", "min.source", "max.source", "max.ingestion_time")
    found = [] if handle is None else delta.facts_of_files(handle, columns)
    files = [QuarantineFile(places.join(table, path), path, *told) for path, *told in found]
    return sorted(files, key=lambda file: (file.received or EPOCH, file.path), reverse=True)


class Known:
    """The keys of lines of some sources that are in quarantine already."""

    def __init__(self, sources: Sequence[str]) -> None:
        self._sources = sources
        self._names = strings(sources)
        self._found: dict[str, list[pa.Table]] = {}

    def note(self, file: QuarantineFile) -> None:
        """Read the keys in a file, if it has any of these sources."""
        if not self._may_have(file):
            return
        for batch in datafiles.batches(file.place, KEY):
            rows = batch.filter(pc.is_in(batch["source"], self._names))
            starts = first_of_runs(rows["source"])
            for start, end in pairwise([*starts, rows.num_rows]):
                keys = pa.Table.from_batches([rows.slice(start, end - start).select(KEY[1:])])
                self._found.setdefault(rows["source"][start].as_py(), []).append(keys)

    def _may_have(self, file: QuarantineFile) -> bool:
        if file.first is None or file.last is None:
            return True
        at = bisect_left(self._sources, file.first)
        return at < len(self._sources) and self._sources[at] <= file.last

    def without(self, rejects: pa.Table) -> pa.Table:
        """Rejects, by source and offset, without those whose key is known."""
        starts = first_of_runs(rejects["source"].combine_chunks())
        if not any(rejects["source"][start].as_py() in self._found for start in starts):
            return rejects
        edges = pairwise([*starts, rejects.num_rows])
        return pa.concat_tables(self._of_one(rejects.slice(start, end - start)) for start, end in edges)

    def _of_one(self, rejects: pa.Table) -> pa.Table:
        """Rejects of one source without those whose key is known."""
        source = rejects["source"][0].as_py()
        if source not in self._found:
            return rejects
        found = self._by_offset(source)
        offsets = int64s(found["byte_offset"])
        here = int64s(rejects["byte_offset"])
        first, end = np.searchsorted(offsets, here[0], "left"), np.searchsorted(offsets, here[-1], "right")
        keys = set(_keys(found.slice(first, end - first)))
        return rejects.filter(flags(np.array([key not in keys for key in _keys(rejects)], np.bool_)))

    def _by_offset(self, source: str) -> pa.Table:
        """The keys of a source, sorted when they are first asked for."""
        if len(self._found[source]) > 1:
            self._found[source] = [pa.concat_tables(self._found[source]).sort_by("byte_offset").combine_chunks()]
        return self._found[source][0]


def ascending(rows: pa.Table) -> Iterator[pa.Table]:
    """Rows in parts, within each of which no source is before the one above it."""
    sources = rows["source"].combine_chunks()
    ends = np.flatnonzero(bools(pc.less(sources.slice(1), sources.slice(0, len(sources) - 1)))) + 1
    for start, end in pairwise([0, *ends.tolist(), rows.num_rows]):
        yield rows.slice(start, end - start)


def first_of_runs(texts: pa.Array) -> list[int]:
    """Where each run of equal strings begins."""
    numbers = fixed_values(texts.dictionary_encode().indices)
    return [] if len(numbers) == 0 else [0, *(np.flatnonzero(numbers[1:] != numbers[:-1]) + 1).tolist()]


def _keys(rows: pa.Table) -> Iterator[tuple[int, str]]:
    return zip(rows["byte_offset"].to_pylist(), rows["raw_sha256"].to_pylist(), strict=True)


class QuarantineWriter:
    """Writes rows of the quarantine, by key, to a new file, with a mark, that is made for the first of them.

    The file's hash is that of the keys.
    """

    def __init__(self, table: str, mark: str) -> None:
        self._table, self._mark = table, mark
        self._writer: FileWriter | None = None
        self._waiting: list[pa.Table] = []
        self._rows = self._bytes = self._hash = 0
        self._bounds: tuple[str, str, datetime] | None = None

    def write(self, rows: pa.Table) -> None:
        """Take in the next rows."""
        if rows.num_rows == 0:
            return
        size = rows["raw"].nbytes
        if self._rows + rows.num_rows > ROWS or self._bytes + size > BYTES:
            self._flush()
        self._waiting.append(rows)
        self._rows, self._bytes = self._rows + rows.num_rows, self._bytes + size

    def _flush(self) -> None:
        if not self._waiting:
            return
        rows, self._waiting, self._rows, self._bytes = pa.concat_tables(self._waiting), [], 0, 0
        self._writer = self._writer or FileWriter(
            self._table, QUARANTINE, 0, standard_checks(QUARANTINE), hashed=False, mark=self._mark
        )
        for batch in rows.combine_chunks().to_batches():
            self._writer.write(batch)
            self._hash += content_hash(batch.select(KEY))
        first, last = (rows["source"][at].as_py() for at in (0, -1))
        received = moment(int(int64s(rows["ingestion_time"]).max()))
        before = self._bounds or (first, last, received)
        self._bounds = before[0], last, max(received, before[2])

    def close(self) -> tuple[DataFile, ...]:
        """Finish the file, if there is one."""
        self._flush()
        if self._writer is None or self._bounds is None:
            return ()
        file = self._writer.close()
        require_clean("quarantine", self._writer.findings())
        first, last, received = self._bounds
        stats = json.loads(file.stats)
        stats["minValues"] |= {"source": first}
        stats["maxValues"] |= {"source": last, "ingestion_time": received.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
        return (replace(file, content_hash=self._hash, stats=json.dumps(stats)),)

"""Lines in quarantine that are of persons: found, and taken away, so that only their SHA-256 is left."""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from pipelines.events.log import QUARANTINE
from pipelines.landing.erasing import is_erased, without_lines
from pipelines.landing.persons import Persons
from pipelines.landing.quarantine import remove_erased, replace
from pipelines.landing.quarantine_files import QuarantineFile, QuarantineWriter, files_of
from pipelines.landing.raw_lines import RawLines
from pipelines.storage import datafiles, delta
from pipelines.storage.datafiles import DataFile
from pipelines.storage.lake import Lake

READ = ["raw_sha256", "raw", "format", "faults"]


def of(lake: Lake, persons: Persons) -> Iterator[set[int]]:
    """Of each line in quarantine that is of persons, of whom."""
    for file in files_of(lake.quarantine, delta.find(lake.quarantine)):
        for batch in datafiles.batches(file.place, READ):
            yield from (found for found in _persons_of(lake, batch, persons) if found)


def _persons_of(lake: Lake, rows: pa.RecordBatch, persons: Persons) -> list[set[int]]:
    """Of each row of the quarantine the persons whose line it is; nobody's where it is gone already."""
    raw_lines = RawLines(lake.quarantine_raw, "")
    columns = (rows[name].to_pylist() for name in READ)
    return [
        set() if is_erased(faults) else persons.of(raw_lines.pieces(digest) if raw is None else [raw], format_name)
        for digest, raw, format_name, faults in zip(*columns, strict=True)
    ]


def empty(lake: Lake, persons: Persons) -> None:
    """Take the lines of persons away, in one commit, and then their files. Raises GaveUp, DamagedFile, PlaceError."""

    def without(file: QuarantineFile, writer: QuarantineWriter) -> tuple[DataFile, ...] | None:
        found = [_persons_of(lake, batch, persons) for batch in datafiles.batches(file.place, READ)]
        return _written(file, [one for some in found for one in some], writer) if any(map(any, found)) else None

    replace(lake, without)
    remove_erased(lake)


def _written(file: QuarantineFile, theirs: Sequence[set[int]], writer: QuarantineWriter) -> tuple[DataFile, ...]:
    """A new file with the rows of another, without the lines that are somebody's."""
    start = 0
    for batch in datafiles.batches(file.place, list(QUARANTINE.names)):
        some = theirs[start : start + batch.num_rows]
        writer.write(without_lines(pa.Table.from_batches([batch]), some))
        start += batch.num_rows
    return writer.close()

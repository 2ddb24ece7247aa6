"""The quarantine: lines that did not fit, put there once, and taken away once they have landed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Int64s, arrow, flags, repeated
from pipelines.events import CONTRACT_VERSION
from pipelines.events.log import QUARANTINE
from pipelines.landing.erasing import emptied, is_erased, persons_in
from pipelines.landing.lost import NOTHING, Lost
from pipelines.landing.partitions import Partition
from pipelines.landing.quarantine_files import (
    KEY,
    WHOLE_TABLE,
    Known,
    QuarantineFile,
    QuarantineWriter,
    ascending,
    files_of,
)
from pipelines.landing.raw_lines import RawLines
from pipelines.landing.rejects import rejects_of
from pipelines.log.erasures import Erasures
from pipelines.sources.records import named
from pipelines.storage import commits, datafiles, declaring, delta, folders, places, totals
from pipelines.storage.datafiles import DataFile
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned

APPLICATION = "quarantine"
NewWriter = Callable[[], QuarantineWriter]


def rows_of(lake: Lake, columns: Sequence[str] = QUARANTINE.names) -> Iterator[pa.RecordBatch]:
    """What is in quarantine, some rows at a time: of the newest landing first, by source and offset."""
    for file in files_of(lake.quarantine, delta.find(lake.quarantine)):
        yield from datafiles.batches(file.place, list(columns))


def put(
    lake: Lake, partitions: Sequence[Partition], landed: tuple[str, int], erasures: Erasures, was_lost: Lost = NOTHING
) -> int:
    """Add the rejects of partitions, of a format and a time, that are not yet there, in one commit; how many were new.

    Those of persons who were erased have no bytes. Damaged files that the table lost are not read, and go as others
    come.
    """
    sources = _sources(partitions)

    def attempt() -> int:
        handle = declaring.ensure(lake.quarantine, QUARANTINE)
        known, lost = Known(sources), was_lost.of(handle)
        for file in files_of(lake.quarantine, handle):
            if file.path not in lost.paths:
                known.note(file)
        with owned({lake.quarantine: handle}) as mark:
            new = partial(QuarantineWriter, lake.quarantine, mark)
            files = list(_written(lake, partitions, known, landed, new, erasures))
            if lost.is_settled_by(files):
                _commit(handle, files, tuple(lost.paths), lost.total(handle, files))
        return sum(file.rows for file in files)

    count = commits.until_committed(attempt) if sources or was_lost != NOTHING else 0
    if erasures.records and _has_long(partitions):
        remove_erased(lake)
    return count


def _sources(partitions: Sequence[Partition]) -> list[str]:
    """The sources of rejects, by name, and of lines beside them; of records those of rejects alone."""
    pieces = {span.piece for partition in partitions if partition.rejects for span in partition.spans}
    found = {piece.source for piece in pieces if piece.records is None}
    if any(piece.records for piece in pieces):
        for piece, rejects in rejects_of(partitions):
            found.update(pc.unique(named(piece, rejects)["source"]).to_pylist())
    return sorted(found)


def _has_long(partitions: Sequence[Partition]) -> bool:
    """Whether a reject of partitions is too long for the table, and so a file."""
    return any(rejects["raw"].null_count for _, rejects in rejects_of(partitions))


def erased_lines(lake: Lake) -> dict[str, set[int]]:
    """The SHA-256 of the lines that were erased, wherever they stood, and of whom they were."""
    found, kept = dict[str, set[int]](), set[str]()
    for rows in rows_of(lake, ["raw_sha256", "faults"]):
        for digest, faults in zip(rows["raw_sha256"].to_pylist(), rows["faults"].to_pylist(), strict=True):
            if is_erased(faults):
                found.setdefault(digest, set()).update(persons_in(faults))
            else:
                kept.add(digest)
    return {digest: persons for digest, persons in found.items() if digest not in kept}


def remove_erased(lake: Lake) -> None:
    """Remove the files of long lines that were erased."""
    files = set(folders.sizes(lake.quarantine_raw)) if places.exists(lake.quarantine_raw) else set[str]()
    for digest in files and files & erased_lines(lake).keys():
        places.remove(places.join(lake.quarantine_raw, digest))


def _written(
    lake: Lake,
    partitions: Sequence[Partition],
    known: Known,
    landed: tuple[str, int],
    new: NewWriter,
    erasures: Erasures,
) -> Iterator[DataFile]:
    """Files with the rejects whose key is not known; a source that is before the last one begins another one."""
    writer, last, raw_lines = new(), ("", -1), RawLines(lake.quarantine_raw, "")
    for piece, found in rejects_of(partitions):
        for rejects in ascending(named(piece, found)):
            first, end = ((rejects["source"][at].as_py(), rejects["byte_offset"][at].as_py()) for at in (0, -1))
            if first <= last:
                for file in writer.close():
                    known.note(QuarantineFile.of(lake.quarantine, file))
                    yield file
                writer = new()
            last = end
            kept = emptied(rejects, landed[0], erasures, raw_lines)
            writer.write(_rows(known.without(kept), *landed))
    yield from writer.close()


def _rows(rejects: pa.Table, format_name: str, clock: int) -> pa.Table:
    """Rejects as rows of the table."""
    count = rejects.num_rows
    same = {"format": format_name, "contract_version": CONTRACT_VERSION}
    given = {name: repeated(text, count) for name, text in same.items()}
    given["ingestion_time"] = arrow(np.full(count, clock), QUARANTINE.arrow.field("ingestion_time").type)
    columns = [rejects[name] if name in rejects.schema.names else given[name] for name in QUARANTINE.names]
    return pa.table(columns, schema=QUARANTINE.arrow)


def take_away(lake: Lake, taken: Mapping[str, Int64s]) -> None:
    """Remove rows, given by data file and their places in it, in one commit.

    What another process has rewritten meanwhile stays: when it is tried again it is a duplicate, and is taken away.
    """

    def without(file: QuarantineFile, writer: QuarantineWriter) -> tuple[DataFile, ...] | None:
        return _without(file, taken[file.path], writer) if len(taken.get(file.path, ())) else None

    if any(len(rows) for rows in taken.values()):
        replace(lake, without)


def replace(lake: Lake, other: Callable[[QuarantineFile, QuarantineWriter], tuple[DataFile, ...] | None]) -> None:
    """Put others in the stead of files, in one commit: what is made of each; None where it stays."""

    def attempt() -> None:
        handle = delta.find(lake.quarantine)
        found = files_of(lake.quarantine, handle)
        if handle is None or not found:
            return
        with owned({lake.quarantine: handle}) as mark:
            made = {file.path: other(file, QuarantineWriter(lake.quarantine, mark)) for file in found}
            gone = {path: files for path, files in made.items() if files is not None}
            if gone:
                files = [file for some in gone.values() for file in some]
                before = totals.of_files((places.join(lake.quarantine, path) for path in gone), KEY)
                _commit(handle, files, tuple(gone), totals.after(lake.quarantine, handle, files, before))

    commits.until_committed(attempt)


def _without(file: QuarantineFile, taken: Int64s, writer: QuarantineWriter) -> tuple[DataFile, ...]:
    """A file with the rows of another one but for some; none when none is left."""
    start = 0
    for batch in datafiles.batches(file.place, list(QUARANTINE.names)):
        left = np.isin(np.arange(start, start + batch.num_rows), taken, invert=True)
        writer.write(pa.Table.from_batches([batch]).filter(flags(left)))
        start += batch.num_rows
    return writer.close()


def _commit(handle: delta.Handle, add: Sequence[DataFile], remove: tuple[str, ...], said: dict[str, str]) -> None:
    """Commit files on the very version that was looked at."""
    change = commits.Commit(tuple(add), remove, APPLICATION, delta.number(handle, APPLICATION) + 1, said, WHOLE_TABLE)
    commits.commit(handle, QUARANTINE, change)

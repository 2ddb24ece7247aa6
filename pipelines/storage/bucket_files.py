"""The rows of buckets, cut into data files by ranges of owners."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import numpy as np
import pyarrow as pa

from pipelines.arrays import int64s
from pipelines.checks import Auditor, Check, Findings
from pipelines.storage.datafiles import DataFile
from pipelines.storage.file_writer import FileWriter
from pipelines.tables import Table


def write_buckets(
    place: str,
    table: Table,
    checks: tuple[Check, ...],
    batches: Iterable[tuple[int, pa.RecordBatch]],
    mark: str | None = None,
) -> Iterator[tuple[DataFile, Findings]]:
    """Write batches, which come bucket by bucket, to files of a bucket each; tell of each file when it is done.

    Rows are checked as they come, so what is found in some may be told with the file before.
    """
    for bucket, of_bucket in groupby(batches, itemgetter(0)):
        auditor = Auditor(checks, table.key)
        for of_file in in_files(table, _audited(auditor, (batch for _, batch in of_bucket))):
            writer = FileWriter(place, table, bucket, mark=mark)
            for batch in of_file:
                writer.write(batch)
            yield writer.close(), auditor.found()


def _audited(auditor: Auditor, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        auditor.audit(batch)
        yield batch


def in_files(table: Table, batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """The rows of a bucket, which stand in order, in as many as a file has, all rows of an owner in one.

    The last file has a quarter more at most, or a quarter of them at least, unless there is but one.
    """
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        while table.owner is not None and sum(map(len, held)) > table.file_rows * 5 // 4:
            whole, rest = _cut(held, table.owner, table.file_rows)
            if not rest:
                break
            yield whole
            held = rest
    held = [batch for batch in held if len(batch)]
    if held:
        yield held


def files_of(table: Table, rows: int) -> int:
    """In how many files so many rows of a bucket are, of owners with few rows each."""
    return max(1, -(-(4 * rows - table.file_rows) // (4 * table.file_rows))) if rows else 0


def _cut(held: list[pa.RecordBatch], owner: str, rows: int) -> tuple[list[pa.RecordBatch], list[pa.RecordBatch]]:
    """The rows of the owners of the first so many, and the rest, which is not empty unless it is not known yet."""
    last, whole = None, []
    for place, batch in enumerate(held):
        if last is None and rows > len(batch):
            rows -= len(batch)
            whole.append(batch)
            continue
        owners = int64s(batch[owner])
        last = owners[rows - 1] if last is None else last
        end = int(np.searchsorted(owners, last, side="right"))
        whole.append(batch.slice(0, end))
        rest = [batch.slice(end), *held[place + 1 :]]
        if end < len(batch):
            return whole, rest
    return whole, []

"""Data files: Parquet, one bucket each, sorted, checked and hashed while they are written."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.arrays import int64s
from pipelines.checks import Auditor, Check, Findings
from pipelines.hashing import content_hash
from pipelines.ranges import GREATEST, LEAST
from pipelines.storage import parquet, places
from pipelines.storage.checksums import Summed, footer_checksum
from pipelines.storage.naming import Checksums, new_name, with_checksums
from pipelines.tables import Table

UNLIKE = {"event_id", "username", "bio", "text"}
"""Columns of texts that hardly ever come again, of which a dictionary would be made for nothing."""
AT_ONCE = 8 * 1024 * 1024
"""How many bytes are read at once where a file is read piece by piece."""
HASHES = {"content_hash"}
"""Columns of numbers that nothing makes smaller."""
CONTENT_HASH = "content_hash"
"""Under which name a file's footer says the hash of its rows."""
BUFFER = 1 << 20
"""How many bytes are written at once: for each write, threads wait for the interpreter's lock."""


@dataclass(frozen=True)
class DataFile:
    """A Parquet file below its table's place, not yet committed."""

    path: str
    bucket: int
    size: int
    rows: int
    content_hash: int
    stats: str
    first: int = LEAST
    last: int = GREATEST


class Content(NamedTuple):
    """How many rows there are, and the hash of them all."""

    rows: int
    hash: int


NO_ROWS = Content(0, 0)


def total(some: Iterable[Content]) -> Content:
    """What all have together."""
    return Content(*(sum(each) for each in zip(NO_ROWS, *some, strict=True)))


class FileWriter:
    """Writes the rows of one bucket to one new file; `close` tells what was written.

    The log's files are not hashed as others are: its certificate has the hashes of its events. Batches may have another
    schema than the table, in which texts are given by number. The name begins with the mark of who owns the file.
    """

    def __init__(
        self,
        place: str,
        table: Table,
        bucket: int,
        checks: tuple[Check, ...] = (),
        folder: str = "",
        *,
        hashed: bool = True,
        schema: pa.Schema | None = None,
        mark: str | None = None,
    ) -> None:
        self._path = folder + new_name(bucket, mark)
        self._place, self._table, self._bucket = places.join(place, self._path), table, bucket
        self._auditor, self._hashed = Auditor(checks, table.key), hashed
        self._rows, self._hash, self._bounds = 0, 0, dict[str, tuple[int, int]]()
        places.make_folder(self._place.rsplit("/", 1)[0])
        with self._undone_when_it_fails():
            self._sink = Summed(self._place)
            self._stream = pa.BufferedOutputStream(pa.PythonFile(self._sink, "w"), BUFFER)
            self._writer = pq.ParquetWriter(self._stream, schema or table.arrow, **_options(table))

    def write(self, batch: pa.RecordBatch) -> None:
        """Check, hash and write the next rows."""
        if batch.num_rows == 0:
            return
        self._auditor.audit(batch)
        self._hash += content_hash(batch) if self._hashed else 0
        self._rows += batch.num_rows
        self._note_bounds(batch)
        with self._undone_when_it_fails():
            self._writer.write_batch(batch, row_group_size=self._table.row_group)

    def close(self) -> DataFile:
        """Finish the file, whose name then has its checksums."""
        with self._undone_when_it_fails():
            if self._hashed:
                self._writer.add_key_value_metadata({CONTENT_HASH: str(self._hash)})
            self._writer.close()
            self._stream.close()
            sums = Checksums(self._sink.whole, footer_checksum(self._place))
            path = with_checksums(self._path, sums)
            places.rename(self._place, with_checksums(self._place, sums))
        stats = {
            "numRecords": self._rows,
            "minValues": {name: low for name, (low, _) in self._bounds.items()},
            "maxValues": {name: high for name, (_, high) in self._bounds.items()},
        }
        owners = self._bounds.get(str(self._table.owner), (LEAST, GREATEST))
        return DataFile(path, self._bucket, self._sink.size, self._rows, self._hash, json.dumps(stats), *owners)

    def findings(self) -> Findings:
        """What the checks found in the rows written so far."""
        return self._auditor.found()

    @contextmanager
    def _undone_when_it_fails(self) -> Iterator[None]:
        """Tell why the file cannot be written, and take away what there is of it."""
        try:
            with places.telling("write", self._place):
                yield
        except places.PlaceError:
            with suppress(places.PlaceError):
                places.remove(self._place)
            raise

    def _note_bounds(self, batch: pa.RecordBatch) -> None:
        for name in self._table.key[:1]:
            if pa.types.is_integer(self._table.arrow.field(name).type):
                found = pc.min_max(batch[name]).as_py()
                low, high = self._bounds.get(name, (found["min"], found["max"]))
                self._bounds[name] = (min(low, found["min"]), max(high, found["max"]))


def _options(table: Table) -> dict[str, Any]:
    """How columns are written: numbers as differences, which pack well and quickly; texts by dictionary, or by zstd."""
    numbers = {name: "snappy" for name in table.names if _is_number(table.arrow.field(name).type)}
    hashes = HASHES & set(numbers)
    texts = {c.name for c in table.columns if c.type == "string"}
    return {
        "compression": dict.fromkeys(table.names, "zstd")
        | dict.fromkeys(texts - UNLIKE, "snappy")
        | numbers
        | dict.fromkeys(hashes, "none"),
        "column_encoding": dict.fromkeys(numbers, "DELTA_BINARY_PACKED")
        | dict.fromkeys(hashes, "PLAIN")
        | dict.fromkeys(texts & UNLIKE, "DELTA_LENGTH_BYTE_ARRAY"),
        "use_dictionary": list(texts - UNLIKE),
        "write_statistics": [name for name in table.names if name not in UNLIKE | HASHES],
        "write_page_checksum": True,
        "store_schema": False,
    }


def _is_number(arrow: pa.DataType) -> bool:
    return bool(pa.types.is_integer(arrow) or pa.types.is_temporal(arrow))


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


def read(place: str, columns: list[str] | None, groups: Sequence[int] | None = None) -> pa.Table:
    """The named columns, or all, of one data file, or of some of its row groups. Raises DamagedFile, PlaceError."""
    with parquet.opened(place) as file:
        return parquet.rows(place, file, columns, groups, use_threads=True)


def by_group(place: str, columns: list[str]) -> Iterator[pa.Table]:
    """The named columns of each row group of one data file. Raises DamagedFile, PlaceError."""
    with parquet.opened(place) as file:
        for group in range(file.num_row_groups):
            yield parquet.rows(place, file, columns, [group])


def batches(place: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """The named columns of one data file, in order, so many rows at a time that these take some megabytes at most.

    A row that takes more comes alone. Raises DamagedFile, PlaceError.
    """
    with parquet.opened(place, buffer_size=AT_ONCE) as file:
        wanted = [number for number, name in enumerate(file.schema_arrow.names) if name in columns]
        for group in range(file.num_row_groups):
            about = file.metadata.row_group(group)
            size = sum(about.column(number).total_uncompressed_size for number in wanted)
            rows = max(1, min(about.num_rows, about.num_rows * AT_ONCE // max(1, size)))
            yield from parquet.batches(place, file, columns, group, rows)


def content(place: str) -> Content:
    """How many rows one data file has, and their hash, for which those of older versions must be read.

    Raises DamagedFile, PlaceError.
    """
    with parquet.opened(place) as file:
        rows, said = int(file.metadata.num_rows), (file.metadata.metadata or {}).get(CONTENT_HASH.encode())
    return Content(
        rows, sum(content_hash(one) for one in read(place, None).to_batches()) if said is None else int(said)
    )


def count(place: str) -> int:
    """How many rows a data file has. Raises DamagedFile, PlaceError."""
    with parquet.opened(place) as file:
        return int(file.metadata.num_rows)

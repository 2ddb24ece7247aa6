"""The writer of a data file, whose rows are checked and hashed while they are written."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.checks import Auditor, Check, Findings
from pipelines.hashing import content_hash
from pipelines.ranges import GREATEST, LEAST
from pipelines.storage import folders, places
from pipelines.storage.checksums import Summed, footer_checksum
from pipelines.storage.datafiles import CONTENT_HASH, DataFile
from pipelines.storage.naming import Checksums, new_name, with_checksums
from pipelines.tables import Table

UNLIKE = {"event_id", "username", "bio", "text"}
"""Columns of texts that hardly ever come again, of which a dictionary would be made for nothing."""
HASHES = {"content_hash"}
"""Columns of numbers that nothing makes smaller."""
BUFFER = 1 << 20
"""How many bytes are written at once: for each write, threads wait for the interpreter's lock."""


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
        folders.make(self._place.rsplit("/", 1)[0])
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
            self._sink.end()
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
        """What the checks found since this was last asked."""
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

"""Rows by key from the data files of a table: a file's footer says which of its row groups may have a key."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.storage import delta, places
from pipelines.storage.datafiles import bucket_of
from pipelines.tables import Table

Rows = list[dict[str, Any]]


@dataclass
class KeyedFile:
    """A data file whose rows ascend by an id; opened when it is first needed, and then kept open."""

    place: str
    key: str

    @cached_property
    def _file(self) -> pq.ParquetFile:
        if places.is_url(self.place):
            return pq.ParquetFile(places.opened(self.place))
        return pq.ParquetFile(self.place, memory_map=True)

    @cached_property
    def _last(self) -> list[int]:
        """The greatest id of each row group."""
        found, column = self._file.metadata, self._file.schema_arrow.get_field_index(self.key)
        return [found.row_group(n).column(column).statistics.max for n in range(found.num_row_groups)]

    def rows(self, wanted: Iterable[int], columns: list[str]) -> pa.Table:
        """The rows with these ids."""
        ids = sorted(wanted)
        groups = {place for one in ids for place in self._groups(one)}
        rows = self._file.read_row_groups(sorted(groups), columns=columns, use_threads=False)
        return rows.filter(pc.is_in(rows[self.key], pa.array(ids)))

    def _groups(self, one: int) -> range:
        """The row groups that may have rows of an id: the first that reaches it, and those in which it goes on."""
        first = end = bisect_left(self._last, one)
        while end < len(self._last) and (end == first or self._last[end - 1] == one):
            end += 1
        return range(first, end)


class Keyed:
    """A table's rows by the id that chooses their bucket, at one version."""

    def __init__(self, table: Table, place: str, handle: delta.Handle, buckets: int) -> None:
        if table.bucket_by is None or table.order[0] != table.bucket_by:
            raise ValueError(f"{table.name}: expected rows by what chooses their bucket, found {table.order}")
        self._key, self._buckets = table.bucket_by, buckets
        self._files: Mapping[int, KeyedFile] = {
            bucket_of(path): KeyedFile(places.join(place, path), self._key) for path in delta.paths(handle)
        }

    def rows(self, ids: Iterable[int], columns: Iterable[str]) -> Rows:
        """The rows with these ids, those of one id in the table's order."""
        by_bucket: dict[int, set[int]] = {}
        for one in ids:
            by_bucket.setdefault(one % self._buckets, set()).add(one)
        wanted = list(dict.fromkeys((self._key, *columns)))
        found = [self._files[bucket].rows(some, wanted) for bucket, some in by_bucket.items() if bucket in self._files]
        return [row for rows in found for row in rows.to_pylist()]

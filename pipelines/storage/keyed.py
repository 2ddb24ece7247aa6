"""Rows by key, or by moment, from the data files of a table: a file's footer says which row groups may have them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.arrays import Int64s, arrow
from pipelines.clock import moment
from pipelines.moments import Moments
from pipelines.ranges import FileRange
from pipelines.storage import delta, parquet, places

MICROSECONDS = pa.timestamp("us", "UTC")
"""Of what kind the times are that statistics give as the numbers that we have, too."""


@dataclass
class KeyedFile:
    """A data file whose rows ascend by an id; opened when it is first needed, and then kept open."""

    place: str
    key: str

    @cached_property
    def _file(self) -> pq.ParquetFile:
        return parquet.open_file(self.place, memory_map=not places.is_url(self.place))

    @cached_property
    def _last(self) -> list[int]:
        """The greatest id of each row group."""
        groups = range(self._file.metadata.num_row_groups)
        return [parquet.statistics(self._file, group, self.key).max for group in groups]

    def rows(self, wanted: Iterable[int], columns: list[str] | None) -> pa.Table:
        """The rows with these ids."""
        ids = list(wanted)
        groups = {place for one in ids for place in self._groups(one)}
        rows = parquet.rows(self.place, self._file, columns, sorted(groups))
        return rows.filter(pc.is_in(rows[self.key], arrow(np.array(ids, np.int64), pa.int64())))

    def _groups(self, one: int) -> range:
        """The row groups that may have rows of an id: the first that reaches it, and those in which it goes on."""
        first = end = bisect_left(self._last, one)
        while end < len(self._last) and (end == first or self._last[end - 1] == one):
            end += 1
        return range(first, end)


class Keyed:
    """A table's rows by the id that chooses their bucket and orders the files, at the version of a handle."""

    def __init__(self, place: str, handle: delta.Handle, key: str, buckets: int) -> None:
        self._key, self._buckets = key, buckets
        self._files = [(one, KeyedFile(one.place, key)) for one in delta.ranges(place, handle, key)]

    def rows(self, ids: Iterable[int], columns: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The rows with these ids: the key and these columns, or all.

        Those of one id are in the table's order, unless the table grows: then they may be in several files.
        """
        by_bucket: dict[int, list[int]] = {}
        for one in sorted(set(ids)):
            by_bucket.setdefault(one % self._buckets, []).append(one)
        wanted = list(dict.fromkeys((self._key, *columns))) if columns else None
        asked = ((file, _between(by_bucket.get(of.bucket, []), of)) for of, file in self._files)
        return [row for file, some in asked if some for row in dicts(file.rows(some, wanted))]


def _between(ids: list[int], file: FileRange) -> list[int]:
    """The ids, which ascend, that a file may have rows of."""
    return ids[bisect_left(ids, file.first) : bisect_right(ids, file.last)]


def dicts(rows: pa.Table) -> list[dict[str, Any]]:
    """The rows as dicts of Python values; unlike Arrow's own way, this does not import pandas."""
    columns = [_values(column) for column in rows.columns]
    return [dict(zip(rows.column_names, row, strict=True)) for row in zip(*columns, strict=True)]


def _values(column: pa.ChunkedArray) -> list[Any]:
    if not pa.types.is_timestamp(column.type):
        return [value.as_py() for value in column]
    micros = (value.as_py() for value in column.cast(pa.int64()))
    return [None if one is None else moment(one) for one in micros]


def around(place: str, key: str, time: str, wanted: Moments) -> pa.Table:
    """The ids and times in those row groups of a data file that may have some of the moments.

    Raises DamagedFile, PlaceError.
    """
    with parquet.opened(place) as file:
        ids_and_times = {key: wanted["id"]}
        if file.schema_arrow.field(time).type == MICROSECONDS:
            ids_and_times[time] = wanted["time"]
        groups = [n for n in range(file.num_row_groups) if _may_have(file.metadata.row_group(n), ids_and_times)]
        return parquet.rows(place, file, [key, time], groups, use_threads=True)


def _may_have(group: pq.RowGroupMetaData, wanted: Mapping[str, Int64s]) -> bool:
    """Whether a row may have, by column, the numbers at some place, as far as statistics tell."""
    columns = (group.column(number) for number in range(group.num_columns))
    bounds = {one.path_in_schema: one.statistics for one in columns if one.path_in_schema in wanted}
    known = {name: found for name, found in bounds.items() if found is not None and found.has_min_max}
    within = [(found.min_raw <= wanted[name]) & (wanted[name] <= found.max_raw) for name, found in known.items()]
    return bool(np.logical_and.reduce(within).any()) if within else True

"""Owners: rows and files of some owners, where rows stand in the order of theirs."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, Int64s, arrow, flags, int64s
from pipelines.ranges import Ranges

FEW = 1024
"""So many owners of a bucket are never too many for what they were to be merged with what changed."""


def are_most(some: int, owners: int) -> bool:
    """Whether so many of a bucket's owners are touched that all are sooner made anew: more than half, and not few."""
    return some > FEW and some > owners // 2


def files_touched(files: Ranges, owners: Int64s) -> Iterator[tuple[Ranges, Int64s]]:
    """The files of a bucket to which rows of these owners, who ascend, belong, and whose rows belong to them.

    Files that stand beside one another come together. An owner between two files belongs to the first one.
    """
    if not files or not len(owners):
        yield from [((), owners)] if len(owners) else []
        return
    of_each = _file_of_each(files, owners)
    numbers = np.unique(of_each)
    starts = [0, *(np.flatnonzero(np.diff(numbers) > 1) + 1).tolist(), len(numbers)]
    for start, end in pairwise(starts):
        low, high = int(numbers[start]), int(numbers[end - 1])
        yield files[low : high + 1], owners[(of_each >= low) & (of_each <= high)]


def _file_of_each(files: Ranges, owners: Int64s) -> Int64s:
    """The number of the file to which each owner belongs."""
    firsts = np.array([file.first for file in files], np.int64)
    found: Int64s = np.maximum(np.searchsorted(firsts, owners, side="right") - 1, 0)
    return found


def parted(batches: Iterable[pa.RecordBatch], owner: str, ends: Sequence[int]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The rows of batches, which ascend by owner, with the number of the first end that is not less than the owner."""
    for batch in batches:
        parts = np.searchsorted(np.array(ends, np.int64), int64s(batch[owner]))
        starts = [0, *(np.flatnonzero(np.diff(parts)) + 1).tolist(), len(batch)]
        for start, end in pairwise(starts):
            if start < end:
                yield int(parts[start]), batch.slice(start, end - start)


def of_owners(rows: pa.Table, owner: str, owners: Int64s) -> pa.Table:
    """The rows of some owners, who ascend, as the rows do by owner."""
    found = int64s(rows[owner])
    starts, ends = (np.searchsorted(found, owners, side) for side in ("left", "right"))
    if int((ends - starts).sum()) == len(found):
        return rows
    return rows.take(arrow(_within(starts, ends), pa.int64()))


def without_owners(rows: pa.Table, owner: str, owners: Int64s) -> pa.Table:
    """The rows of all but some owners, who ascend."""
    return rows.filter(flags(~are_among(int64s(rows[owner]), owners)))


def with_rows_replaced(rows: pa.Table, new: pa.Table, owner: str, owners: Int64s) -> pa.Table:
    """The rows with new ones instead of those of some owners, who ascend, as both do by owner."""
    found = int64s(rows[owner])
    stays = np.ones(len(found), np.bool_)
    stays[_within(*(np.searchsorted(found, owners, side) for side in ("left", "right")))] = False
    kept = np.flatnonzero(stays)
    places = np.searchsorted(found[kept], int64s(new[owner]), "right")
    order = np.insert(kept, places, np.arange(len(found), len(found) + new.num_rows))
    return pa.concat_tables([rows, new]).combine_chunks().take(arrow(order, pa.int64()))


def are_among(values: Int64s, some: Int64s) -> Bools:
    """Whether each value is among some, which ascend."""
    if not len(some):
        return np.zeros(len(values), np.bool_)
    found: Bools = some[np.minimum(np.searchsorted(some, values), len(some) - 1)] == values
    return found


def _within(starts: Int64s, ends: Int64s) -> Int64s:
    """All numbers from each start on to below its end."""
    lengths = ends - starts
    before = np.cumsum(lengths) - lengths
    numbers: Int64s = np.arange(int(lengths.sum()), dtype=np.int64) + np.repeat(starts - before, lengths)
    return numbers

"""Duplicates and conflicts: of each event id the one landed first stands, in one landing the first in source order."""

from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Bools, Int64s, arrow, bools, int64s
from pipelines.door.hashing import OF_EMPTY_LISTS
from pipelines.engines.base import Engine
from pipelines.hashing import row_hashes
from pipelines.landing.hash_filter import distinct, within
from pipelines.landing.id_index import Index, RowGroups
from pipelines.landing.partitions import Partition, ids_at
from pipelines.packing import ascending
from pipelines.sorting import order_by
from pipelines.storage import datafiles

Word = TypeVar("Word", np.int64, np.uint64)

HISTORY = -1
NO_HASHES = np.empty(0, np.uint64)


@dataclass(frozen=True)
class Deduplicated:
    """For each partition, in its file's order, which events repeat one that stands, and which contradict one."""

    duplicate: list[Bools]
    conflict: list[Bools]


@dataclass(frozen=True)
class _Candidates:
    """Events whose id's hash may occur more than once: partition (or HISTORY) and row, source line, id and content."""

    partition: Int64s
    row: Int64s
    line: Int64s
    id_hash: npt.NDArray[np.uint64]
    event_id: pa.Array
    content_hash: Int64s


def deduplicate(engine: Engine, partitions: list[Partition], index: Index) -> Deduplicated:
    """Which events of the partitions, given in source order, are duplicates or conflicts, also of the log."""
    new = [partition.id_hash for partition in partitions]
    hashes = ascending(np.concatenate([NO_HASHES, *new]))
    history = index.candidates(hashes)
    before = engine.run(partial(_in_file, hashes), history) if history else []
    suspects = distinct([hashes[1:][hashes[1:] == hashes[:-1]], *(found.id_hash for found in before)])
    starts = np.cumsum([0, *map(len, new)])
    duplicate, conflict = np.zeros(starts[-1], np.bool_), np.zeros(starts[-1], np.bool_)
    if len(suspects):
        here = [_in_partition(number, partition, suspects) for number, partition in enumerate(partitions)]
        _decide(_together([*before, *here]), starts, duplicate, conflict)
    return Deduplicated(np.split(duplicate, starts[1:])[:-1], np.split(conflict, starts[1:])[:-1])


def _in_file(hashes: npt.NDArray[np.uint64], groups: RowGroups) -> _Candidates:
    """The task: the events in row groups of the log whose id's hash is among the ascending ones."""
    rows = datafiles.read(groups.place, ["event_id", "content_hash"], groups.numbers).combine_chunks()
    ids = rows.select(["event_id"]).to_batches()
    found = row_hashes(ids[0]) if ids else NO_HASHES
    at = within(found, hashes)
    taken = rows.take(arrow(at, pa.int64()))
    event_id, content = _array(taken["event_id"]), int64s(taken["content_hash"])
    return _Candidates(np.full(len(at), HISTORY), at, np.zeros(len(at), np.int64), found[at], event_id, content)


def _array(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays([pa.nulls(0, column.type), *column.chunks])


def _in_partition(number: int, partition: Partition, suspects: npt.NDArray[np.uint64]) -> _Candidates:
    at = within(partition.id_hash, suspects)
    hashes, ids = partition.id_hash[at], ids_at(partition.stage, at)
    return _Candidates(np.full(len(at), number), at, partition.line[at], hashes, ids, partition.content_hash[at])


def _together(found: list[_Candidates]) -> _Candidates:
    return _Candidates(
        np.concatenate([one.partition for one in found]),
        np.concatenate([one.row for one in found]),
        np.concatenate([one.line for one in found]),
        np.concatenate([one.id_hash for one in found]),
        pa.concat_arrays([one.event_id for one in found]),
        np.concatenate([one.content_hash for one in found]),
    )


def _decide(found: _Candidates, starts: Int64s, duplicate: Bools, conflict: Bools) -> None:
    """Compare each candidate with the first of its id: history, then partitions by line; mark the latter."""
    left = order_by(found.id_hash.view(np.int64), found.partition, found.line)
    while len(left):
        first = left[first_of_group(found.id_hash[left])]
        here, there = (found.event_id.take(arrow(rows, pa.int32())) for rows in (left, first))
        same_id = bools(pc.equal(here, there))
        later = same_id & (left != first) & (found.partition[left] != HISTORY)
        same = np.isin(found.content_hash[first] - found.content_hash[left], OF_EMPTY_LISTS)
        for flags, rows in ((duplicate, left[later & same]), (conflict, left[later & ~same])):
            flags[starts[found.partition[rows]] + found.row[rows]] = True
        left = left[~same_id]  # other ids with the same hash


def first_of_group(values: npt.NDArray[Word]) -> Int64s:
    """For each of the sorted values the place of the first equal one."""
    starts = np.append(True, values[1:] != values[:-1])
    return np.maximum.accumulate(np.where(starts, np.arange(len(values)), 0))

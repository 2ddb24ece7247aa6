"""From ids to small indexes: an open-addressed hash table, shared by tasks and read without a lock."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import or_zero
from pipelines.compiled import compiled
from pipelines.hashing import slot_of

Ids = npt.NDArray[np.int64]
Indexes = npt.NDArray[np.int32]


def ids_in(rows: pa.Table | pa.RecordBatch, name: str) -> Ids:
    """A column of ids or of times, 0 where it is null."""
    return or_zero(rows[name])


class Lookup(NamedTuple):
    """Slots of ids (0: free) and of their indexes; their number is a power of two."""

    ids: Ids
    indexes: Indexes


@compiled
def _fill(values: Ids, ids: Ids, indexes: Indexes) -> None:
    mask = len(ids) - 1
    for index in range(len(values)):
        slot = slot_of(values[index], mask)
        while ids[slot] != 0:
            slot = (slot + 1) & mask
        ids[slot] = values[index]
        indexes[slot] = index


def lookup_of(values: Ids) -> Lookup:
    """A lookup of distinct ids, all > 0, to their positions."""
    slots = 1 << max(4, int(2 * len(values)).bit_length())
    table = Lookup(np.zeros(slots, np.int64), np.zeros(slots, np.int32))
    _fill(values, table.ids, table.indexes)
    return table


@compiled
def _find(ids: Ids, indexes: Indexes, values: Ids, found: Indexes) -> None:
    mask = len(ids) - 1
    for row in range(len(values)):
        slot = slot_of(values[row], mask)
        while ids[slot] != 0 and ids[slot] != values[row]:
            slot = (slot + 1) & mask
        found[row] = indexes[slot] if ids[slot] != 0 else -1


def find(table: Lookup, values: Ids) -> Indexes:
    """The index of each id, -1 where there is none."""
    found = np.empty(len(values), np.int32)
    _find(table.ids, table.indexes, values, found)
    return found

"""From ids to small indexes, and sets of ids: open-addressed hash tables, shared by tasks and read without a lock."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import Bools, or_zero
from pipelines.compiled import compiled, inlined
from pipelines.hashing import slot_of

Ids = npt.NDArray[np.int64]
Indexes = npt.NDArray[np.int32]
Bits = npt.NDArray[np.uint8]

SPARE = 16
"""How many bits of a set there are at least for each id: few ids that are not in it point to one that is set."""


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


class Known(NamedTuple):
    """A set of ids: a bit is set where each points to, so that most that are not in it cost a look into few bytes."""

    bits: Bits
    ids: Ids


@compiled
def _set(values: Ids, bits: Bits) -> None:
    for value in values:
        slot = slot_of(value, 8 * len(bits) - 1)
        bits[slot >> 3] |= 1 << (slot & 7)


def known(values: Ids) -> Known:
    """The set of distinct ids, all > 0."""
    bits = np.zeros(1 << max(3, (SPARE * len(values)).bit_length() - 3), np.uint8)
    _set(values, bits)
    return Known(bits, lookup_of(values).ids)


@inlined
def is_known(some: Known, value: int) -> Any:
    """Whether an id is in the set."""
    bit = slot_of(value, 8 * len(some.bits) - 1)
    if not some.bits[bit >> 3] >> (bit & 7) & 1:
        return False
    slot = slot_of(value, len(some.ids) - 1)
    while some.ids[slot] != 0 and some.ids[slot] != value:
        slot = (slot + 1) & (len(some.ids) - 1)
    return some.ids[slot] != 0


@compiled
def _mark(some: Known, values: Ids, found: Bools) -> None:
    for row in range(len(values)):
        found[row] = is_known(some, values[row])


def are_known(some: Known, values: Ids) -> Bools:
    """Which ids are in the set."""
    found = np.empty(len(values), np.bool_)
    _mark(some, values, found)
    return found

"""Members: a set of ids, asked by compiled code."""

import numpy as np

from pipelines.arrays import Bools, Int64s
from pipelines.compiled import compiled, inlined
from pipelines.hashing import slot_of

Members = Int64s
"""Slots of ids (0: free), of which a member takes the first free one from where its hash points to."""


@compiled
def _add(members: Members, ids: Int64s) -> None:
    for value in ids:
        slot = slot_of(value, len(members) - 1)
        while members[slot] != 0:
            slot = (slot + 1) & (len(members) - 1)
        members[slot] = value


def members_of(ids: Int64s) -> Members:
    """The set of these ids, which are distinct and not 0."""
    members = np.zeros(2 << int(2 * len(ids)).bit_length(), np.int64)
    _add(members, ids)
    return members


def ids_of(members: Members) -> Int64s:
    """The ids in the set, ascending."""
    return np.sort(members[members != 0])


@inlined
def is_member(members: Members, value: np.int64) -> bool:
    """Whether an id is in the set."""
    slot = slot_of(value, len(members) - 1)
    while members[slot] != 0 and members[slot] != value:
        slot = (slot + 1) & (len(members) - 1)
    return bool(members[slot] != 0)


def among(ids: Int64s, some: Int64s) -> Bools:
    """Which ids are among some distinct ones."""
    others = np.ones(len(ids), np.bool_)
    leave_out(members_of(some), ids, others)
    return ~others


@compiled
def leave_out(members: Members, ids: Int64s, kept: Bools) -> None:
    """Keep no row whose id is a member."""
    for row in range(len(ids)):
        if is_member(members, ids[row]):
            kept[row] = False

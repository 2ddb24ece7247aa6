"""Numbers in groups: of each user the readers who follow, of each reader the followees."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pipelines.compiled import inlined
from pipelines.merge.lookup import Ids, Indexes
from pipelines.sorting import order_by

Numbers = npt.NDArray[np.integer[Any]]


class Groups(NamedTuple):
    """Numbers in groups, ascending in each: those of group `n` are `members[start[n] : start[n + 1]]`."""

    start: Indexes
    members: Indexes


@inlined
def has(groups: Groups, group: int, member: int) -> Any:
    """Whether a number is in a group; each step of the search is without a branch."""
    low = groups.start[group]
    size = groups.start[group + 1] - low
    if size == 0:
        return False
    while size > 1:
        half = size // 2
        low += half * (groups.members[low + half] <= member)
        size -= half
    return groups.members[low] == member


def starts_of(groups: Numbers, count: int) -> Indexes:
    """Where each of so many groups begins among numbers of groups that ascend, and where the last ends."""
    return np.concatenate([[0], np.cumsum(np.bincount(groups, minlength=count))]).astype(np.int32)


def grouped(groups: Numbers, members: Numbers, count: int) -> Groups:
    """The members, which ascend among those of one group, by group."""
    order = order_by(groups.astype(np.int64))
    return Groups(starts_of(groups, count), members[order].astype(np.int32))


def keys_of(groups: Groups, width: int) -> Ids:
    """Each group and member as one number, ascending."""
    return np.repeat(np.arange(len(groups.start) - 1), np.diff(groups.start)) * width + groups.members


def cuts(sizes: Ids, most: int) -> Iterator[tuple[int, int]]:
    """From which group to before which so many members are at most, or one group; all groups, in order."""
    ends, first = np.cumsum(sizes), 0
    while first < len(sizes):
        end = int(np.searchsorted(ends, ends[first] - sizes[first] + most, side="right"))
        yield first, max(first + 1, end)
        first = max(first + 1, end)

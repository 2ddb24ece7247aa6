"""Matching: ids that facts name, found among the ids of a table by walking both, which ascend."""

import numpy as np

from pipelines.arrays import Int64s
from pipelines.compiled import compiled


def numbers_of(ids: Int64s, named: Int64s) -> Int64s:
    """How often each of the ids is named; both ascend, the ids strictly."""
    numbers = np.zeros(len(ids), np.int64)
    _count(ids, named, numbers)
    return numbers


@compiled
def _count(ids: Int64s, named: Int64s, numbers: Int64s) -> None:
    place = 0
    for one in named:
        while place < len(ids) and ids[place] < one:
            place += 1
        if place < len(ids) and ids[place] == one:
            numbers[place] += 1


def values_of(ids: Int64s, values: Int64s, named: Int64s) -> Int64s:
    """The value of each named id, 0 where it is none of the ids; both ascend, the ids strictly."""
    found = np.empty(len(named), np.int64)
    _look_up(ids, values, named, found)
    return found


@compiled
def _look_up(ids: Int64s, values: Int64s, named: Int64s, found: Int64s) -> None:
    place = 0
    for row in range(len(named)):
        while place < len(ids) and ids[place] < named[row]:
            place += 1
        found[row] = values[place] if place < len(ids) and ids[place] == named[row] else 0

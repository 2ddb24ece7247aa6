"""Sorting by whole numbers: a radix sort, which costs a pass over the rows for every eleven bits that differ."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipelines.compiled import compiled

Numbers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Order = npt.NDArray[np.int32]
Marks = npt.NDArray[np.bool_]

BITS = 11
DIGITS = 1 << BITS


@compiled
def _pass(words: Words, shift: np.uint64, order: Order, into: Order, starts: Numbers) -> None:
    """Put the order's rows into the order of one digit of their words, rows of one digit as they were."""
    mask = np.uint64(DIGITS - 1)
    starts[:] = 0
    for row in range(len(order)):
        starts[(words[row] >> shift) & mask] += 1
    before = np.int64(0)
    for digit in range(DIGITS):
        count = starts[digit]
        starts[digit] = before
        before += count
    for place in range(len(order)):
        row = order[place]
        digit = (words[row] >> shift) & mask
        into[starts[digit]] = row
        starts[digit] += 1


def order_by(*columns: Numbers, descending: Sequence[int] = ()) -> Order:
    """The rows, fewer than 2^31, in the order of the columns, the first one first; equal rows stay as they were.

    `descending` has the places of the columns that descend.
    """
    size = len(columns[0])
    order, into = np.arange(size, dtype=np.int32), np.empty(size, np.int32)
    starts = np.empty(DIGITS, np.int64)
    for place in range(len(columns) - 1, -1, -1) if size else ():
        column = columns[place]
        low, high = int(column.min()), int(column.max())
        words = column.view(np.uint64)
        distances = np.uint64(high % 2**64) - words if place in descending else words - np.uint64(low % 2**64)
        for shift in range(0, (high - low).bit_length(), BITS):
            _pass(distances, np.uint64(shift), order, into, starts)
            order, into = into, order
    return order


def newest_first(times: Numbers, ids: Numbers) -> Order:
    """The rows by (time, id), the greatest first; ids are only looked at where times are equal, which few are."""
    order = order_by(times, descending=(0,))
    differs = np.concatenate([[True], np.diff(times[order]) != 0, [True]])
    tied = np.flatnonzero(~(differs[:-1] & differs[1:])[: len(order)])
    rows = order[tied]
    order[tied] = rows[order_by(times[rows], ids[rows], descending=(0, 1))]
    return order


def grouped(*columns: Numbers) -> tuple[Order, Numbers]:
    """The rows in the order of the columns, and where in it the rows of each key begin, with the end of the last."""
    order = order_by(*columns)
    begins = np.zeros(len(order) + 1, np.bool_)
    begins[0] = begins[-1] = True
    for column in columns:
        _mark_changes(column, order, begins)
    return order, np.flatnonzero(begins)


@compiled
def _mark_changes(column: Numbers, order: Order, begins: Marks) -> None:
    """Mark the places of the order at which a row has another number than the one before it."""
    for place in range(1, len(order)):
        if column[order[place]] != column[order[place - 1]]:
            begins[place] = True

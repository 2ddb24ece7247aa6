"""Hashes among others: a filter of bytes, by the lower bits of 64-bit hashes, leaves few to compare."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pipelines.arrays import Int64s
from pipelines.compiled import compiled

Bytes = npt.NDArray[np.uint8]
Hashes = npt.NDArray[np.uint64]
Word = TypeVar("Word", np.int64, np.uint64)

LARGEST = 26
"""The bits of a hash that choose its byte in the largest filter, 64 MB."""


def distinct(groups: Sequence[Hashes]) -> Hashes:
    """The hashes of all groups, ascending, each once."""
    found = np.sort(np.concatenate(groups))
    return found[np.append(True, found[1:] != found[:-1])] if len(found) else found


def within(values: npt.NDArray[Word], ascending: npt.NDArray[Word]) -> Int64s:
    """The rows whose value is among the ascending ones."""
    if len(ascending) == 0:
        return np.empty(0, np.int64)
    rows = np.arange(len(values)) if len(ascending) > len(values) else _candidates(values, ascending)
    rows = rows[np.argsort(values[rows])]  # what is searched for in order is near what was found before
    at = np.minimum(np.searchsorted(ascending, values[rows]), len(ascending) - 1)
    found: Int64s = np.sort(rows[ascending[at] == values[rows]])
    return found


def _candidates(values: npt.NDArray[Word], wanted: npt.NDArray[Word]) -> Int64s:
    """The rows whose lower bits are those of a wanted value."""
    mask = wanted.dtype.type((1 << min(LARGEST, (16 * len(wanted)).bit_length())) - 1)
    bits, rows = np.zeros(int(mask) + 1, np.uint8), np.empty(len(values), np.int64)
    bits[wanted & mask] = 1
    return rows[: _pass_through(values.view(np.uint64), bits, rows)]


@compiled
def _pass_through(hashes: Hashes, bits: Bytes, rows: Int64s) -> int:
    """Write the rows whose byte in a filter is set; how many these are."""
    mask, found = np.uint64(bits.size - 1), 0
    for row in range(len(hashes)):
        rows[found] = row
        found += bits[hashes[row] & mask]
    return found

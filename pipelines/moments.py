"""Moments: an id at a time. What an event says of a key at a moment is undone only by events of later moments."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import Bools, Int64s, int64s

MOMENT = np.dtype([("id", np.int64), ("time", np.int64)])
Moments = npt.NDArray[np.void]
NO_MOMENTS: Moments = np.empty(0, MOMENT)


def moments(ids: pa.ChunkedArray, times: pa.ChunkedArray) -> Moments:
    """Moments: an id at a time, in UTC microseconds."""
    found = np.empty(len(ids), MOMENT)
    found["id"], found["time"] = int64s(ids), int64s(times.cast(pa.int64()))
    return found


def among(some: Moments, others: Moments) -> Bools:
    """Which of some moments are among others."""
    others = others[_is_in(others["id"], some["id"])]
    ids, times = np.unique(others["id"]), np.unique(others["time"])
    found = _is_in(some["id"], ids) & _is_in(some["time"], times)
    found[found] = _is_in(_numbered(some[found], ids, times), _numbered(others, ids, times))
    return found


def _numbered(some: Moments, ids: Int64s, times: Int64s) -> Int64s:
    """A number for each moment, from 1 on, of one of these ids at one of these times."""
    found: Int64s = np.searchsorted(ids, some["id"]) * len(times) + np.searchsorted(times, some["time"]) + 1
    return found


def _is_in(ids: Int64s, wanted: Int64s) -> Bools:
    """Which of the numbers, of which there may be far more, are wanted; a wanted one is not -1."""
    ascending = np.append(np.unique(wanted), -1)
    found: Bools = ascending[np.searchsorted(ascending[:-1], ids)] == ids
    return found

"""Partial counts: how often facts name each id, counted where the facts are and added up where the ids belong."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import Int64s, arrow, int64s
from pipelines.compiled import compiled
from pipelines.sorting import Order, order_by

Totals = npt.NDArray[np.int64]
"""Numbers by fact and by place of the id."""


def partial_counts(key: str) -> pa.Schema:
    """The columns of partial counts: the id, the number of the fact that names it, how often."""
    return pa.schema([(key, pa.int64()), ("fact", pa.int64()), ("number", pa.int64())])


def count_partially(key: str, fact: int, ids: Int64s, times: Int64s | None = None) -> pa.Table:
    """How often each id occurs; each occurrence counts once, or as often as `times` says."""
    order = np.arange(len(ids), dtype=np.int32) if (ids[1:] >= ids[:-1]).all() else order_by(ids)
    named, numbers = np.empty(len(ids), np.int64), np.zeros(len(ids), np.int64)
    runs = _add_runs(order, ids, np.broadcast_to(np.int64(1), len(ids)) if times is None else times, named, numbers)
    columns = (named[:runs], np.full(runs, fact), numbers[:runs])
    return pa.table([arrow(column, pa.int64()) for column in columns], partial_counts(key))


@compiled
def _add_runs(order: Order, ids: Int64s, times: Int64s, named: Int64s, numbers: Int64s) -> int:
    """Write each id once, with the sum of its times; how many there are. The order is that of the ids."""
    run = -1
    for row in order:
        if run < 0 or named[run] != ids[row]:
            run += 1
            named[run] = ids[row]
        numbers[run] += times[row]
    return run + 1


def totals(ids: Int64s, facts: int, rows: pa.Table, key: str) -> Totals:
    """The sums of partial counts by fact and id; the ids ascend, and rows of other ids are left out."""
    named, found = int64s(rows[key]), np.zeros((facts, len(ids)), np.int64)
    _add_up(ids, named, np.searchsorted(ids, named), int64s(rows["fact"]), int64s(rows["number"]), found)
    return found


@compiled
def _add_up(ids: Int64s, named: Int64s, places: Int64s, facts: Int64s, numbers: Int64s, found: Totals) -> None:
    for row in range(len(places)):
        place = places[row]
        if place < len(ids) and ids[place] == named[row]:
            found[facts[row], place] += numbers[row]

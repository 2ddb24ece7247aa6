"""Sums of the hashes of each owner's rows: they are the same where the rows are, in whatever order."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import Bools, Int64s, int64s
from pipelines.hashing import row_hashes
from pipelines.reading.comparing import POSITION
from pipelines.tables import Table


class Sums(NamedTuple):
    """Owners, who ascend, and of each the sum of the hashes of the rows, which wraps."""

    owners: Int64s
    sums: npt.NDArray[np.uint64]


def sums_of(table: Table, rows: pa.Table) -> Sums:
    """The sums of all owners of rows, whose positions do not count."""
    compared = rows.select([name for name in table.names if name != POSITION]).combine_chunks()
    owners = int64s(rows[str(table.bucket_by)])
    hashes = np.concatenate([np.empty(0, np.uint64), *map(row_hashes, compared.to_batches())])
    if not ascend(owners):
        order = np.argsort(owners, kind="stable")
        owners, hashes = owners[order], hashes[order]
    starts = _starts(owners)
    return Sums(owners[starts], np.add.reduceat(hashes, starts) if len(starts) else hashes)


def are_in(one: Sums, other: Sums) -> Bools:
    """Which owners of one side have the same sum on the other."""
    if not len(other.owners):
        return np.zeros(len(one.owners), np.bool_)
    at = np.minimum(np.searchsorted(other.owners, one.owners), len(other.owners) - 1)
    found: Bools = (other.owners[at] == one.owners) & (other.sums[at] == one.sums)
    return found


def ascend(values: Int64s) -> bool:
    """Whether no value is less than that before it."""
    return bool((values[1:] >= values[:-1]).all())


def _starts(values: Int64s) -> Int64s:
    """Where each value begins, of values that do not descend."""
    found: Int64s = np.flatnonzero(np.diff(values, prepend=values[:1] - 1))
    return found


def ascending(values: Int64s) -> Int64s:
    """Each value once, of values that do not descend."""
    return values[_starts(values)]

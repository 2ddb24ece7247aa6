"""Differences: rows with a number that says how many times more, or less, there are of each than before."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Bools, Int64s, arrow, bools, int64s, or_zero
from pipelines.sorting import grouped

NUMBER = "number"


def times(rows: pa.Table, number: int) -> pa.Table:
    """The rows, each so many times; such as have a number already, with it so many times as large."""
    if NUMBER not in rows.column_names:
        return rows.append_column(NUMBER, arrow(np.full(rows.num_rows, number), pa.int64()))
    return _numbered(rows, int64s(rows[NUMBER]) * number)


def added_up(rows: pa.Table) -> pa.Table:
    """Rows that are the same but for their numbers once, with these added up, without those of which none is left."""
    if not rows.num_rows:
        return rows
    named = [word for name in rows.column_names if name != NUMBER for word in words(rows[name])]
    order, starts = grouped(*named)
    sums = np.add.reduceat(int64s(rows[NUMBER])[order], starts[:-1])
    left = sums != 0
    return _numbered(rows.take(arrow(order[starts[:-1]][left], pa.int32())), sums[left])


def difference(before: pa.Table, after: pa.Table) -> pa.Table:
    """The rows of which one of two tables has more than the other."""
    return added_up(pa.concat_tables([times(before, -1), times(after, 1)]))


def are_in(rows: pa.Table, others: pa.Table) -> Bools:
    """Which rows are the same as any of the others, in the columns of these."""
    if not rows.num_rows:
        return np.zeros(0, np.bool_)
    every = pa.concat_tables([rows.select(others.column_names), others])
    order, starts = grouped(*(word for name in every.column_names for word in words(every[name])))
    found = np.empty(len(order), np.bool_)
    found[order] = np.repeat(np.logical_or.reduceat(order >= rows.num_rows, starts[:-1]), np.diff(starts))
    same: Bools = found[: rows.num_rows]
    return same


def _numbered(rows: pa.Table, numbers: Int64s) -> pa.Table:
    return rows.set_column(rows.column_names.index(NUMBER), NUMBER, arrow(numbers, pa.int64()))


def words(column: pa.ChunkedArray) -> list[Int64s]:
    """Numbers that are the same where the values are; two for each value where some are null."""
    if pa.types.is_string(column.type):
        column = column.combine_chunks().dictionary_encode().indices
    found = or_zero((column.cast(pa.int32()) if pa.types.is_date(column.type) else column).cast(pa.int64()))
    return [found, bools(pc.is_valid(column)).astype(np.int64)] if column.null_count else [found]

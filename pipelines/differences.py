"""Differences: rows with a number that says how many times more, or less, there are of each than before."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import arrow, int64s

NUMBER = "number"


def times(rows: pa.Table, number: int) -> pa.Table:
    """The rows, each so many times; such as have a number already, with it so many times as large."""
    if NUMBER not in rows.column_names:
        return rows.append_column(NUMBER, arrow(np.full(rows.num_rows, number), pa.int64()))
    numbers = arrow(int64s(rows[NUMBER]) * number, pa.int64())
    return rows.set_column(rows.column_names.index(NUMBER), NUMBER, numbers)


def added_up(rows: pa.Table) -> pa.Table:
    """Rows that are the same but for their numbers once, with these added up, without those of which none is left."""
    keys = [name for name in rows.column_names if name != NUMBER]
    found = rows.group_by(keys, use_threads=False).aggregate([(NUMBER, "sum")])
    found = found.rename_columns([*keys, NUMBER]).select(rows.column_names).cast(rows.schema)
    return found.filter(pc.not_equal(found[NUMBER], 0))


def difference(before: pa.Table, after: pa.Table) -> pa.Table:
    """The rows of which one of two tables has more than the other."""
    return added_up(pa.concat_tables([times(before, -1), times(after, 1)]))

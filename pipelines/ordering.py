"""Ordering: rows in the order that their table declares."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Int64s, arrow, int64s
from pipelines.sorting import order_by
from pipelines.tables import Table


def in_order(table: Table, rows: pa.Table) -> pa.Table:
    """The rows in the table's order."""
    if not rows.num_rows:
        return rows
    names = [name.lstrip("-") for name in table.order]
    falling = [place for place, name in enumerate(table.order) if name.startswith("-")]
    if any(rows[name].null_count for name in names):
        keys = [(name, "descending" if place in falling else "ascending") for place, name in enumerate(names)]
        return rows.take(pc.sort_indices(rows, keys))
    return rows.take(arrow(order_by(*(_ranks(rows[name]) for name in names), descending=falling), pa.int32()))


def _ranks(column: pa.ChunkedArray) -> Int64s:
    """Numbers in the order of a column's values, none of them null."""
    if pa.types.is_string(column.type):
        found = column.combine_chunks().dictionary_encode()
        ranks = np.argsort(int64s(pc.sort_indices(found.dictionary)))
        return ranks[int64s(found.indices.cast(pa.int64()))]
    return int64s((column.cast(pa.int32()) if pa.types.is_date(column.type) else column).cast(pa.int64()))

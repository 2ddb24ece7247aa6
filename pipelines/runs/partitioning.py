"""Partitioning: rows reordered so that those of one number, such as a bucket's, stand together."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import Int64s, arrow, empty, int64s
from pipelines.compiled import compiled

Places = npt.NDArray[np.int32]


def partitioned(rows: pa.Table, numbers: Int64s) -> tuple[pa.Table, list[int]]:
    """The rows by number, those of one number in their old order, and where the rows of each number end."""
    ends = np.cumsum(np.bincount(numbers))
    places, order = empty(len(numbers), np.int32), empty(len(numbers), np.int32)
    _place(numbers, np.concatenate([[0], ends]), places, order)
    columns = [
        _moved(column, places) if _is_plain(column) else column.take(arrow(order, pa.int32())) for column in rows
    ]
    return pa.table(columns, rows.schema), ends.tolist()


@compiled
def _place(numbers: Int64s, starts: Int64s, places: Places, order: Places) -> None:
    """Write the place of each row, and the row at each place."""
    for row in range(len(numbers)):
        place = starts[numbers[row]]
        starts[numbers[row]] += 1
        places[row], order[place] = place, row


def _is_plain(column: pa.ChunkedArray) -> bool:
    """Whether the values are numbers of 64 bits, none of them null."""
    return bool(column.null_count == 0 and (pa.types.is_int64(column.type) or pa.types.is_timestamp(column.type)))


def _moved(column: pa.ChunkedArray, places: Places) -> pa.Array:
    """The values written to their places, in a third of the time of fetching each from where it was."""
    found, start = empty(len(column), np.int64), 0
    for chunk in column.chunks:
        _move(int64s(chunk), places[start : start + len(chunk)], found)
        start += len(chunk)
    return arrow(found, column.type)


@compiled
def _move(values: Int64s, places: Places, found: Int64s) -> None:
    for row in range(len(values)):
        found[places[row]] = values[row]

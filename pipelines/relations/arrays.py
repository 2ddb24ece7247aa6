"""Arrow columns as the arrays that compiled code reads."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import int64s
from pipelines.compiled import inlined
from pipelines.sorting import Numbers


class Texts(NamedTuple):
    """Strings as their UTF-8 bytes, one after another; the n-th ends where the next begins."""

    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int32]


def numbers(rows: pa.Table, name: str) -> Numbers:
    """A column of ids or of times (microseconds), in which nothing is null."""
    return int64s(rows[name].cast(pa.int64()))


def texts(rows: pa.Table, name: str) -> Texts:
    """A column of strings, in which nothing is null."""
    column = rows[name].combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks)
    starts = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    return Texts(np.frombuffer(column.buffers()[2] or b"\0", np.uint8), starts)


@inlined
def is_before(times: Numbers, ids: Texts, row: int, other: int) -> bool:
    """Whether (time, id) of a row is less than that of another; UTF-8 compares like code points."""
    if times[row] != times[other]:
        return bool(times[row] < times[other])
    at, end = ids.starts[row], ids.starts[row + 1]
    place, last = ids.starts[other], ids.starts[other + 1]
    while at < end and place < last:
        if ids.data[at] != ids.data[place]:
            return bool(ids.data[at] < ids.data[place])
        at += 1
        place += 1
    return bool(place < last)

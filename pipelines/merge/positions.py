"""Positions: 1, 2, 3 … within each owner's rows, which stand together."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.merge.lookup import Ids


def with_positions(rows: pa.Table, owner: str, cap: int | None = None) -> pa.Table:
    """The rows with their `position`, at most `cap` of each owner."""
    positions = _positions(rows[owner].combine_chunks().to_numpy())
    numbered = rows.append_column("position", pa.array(positions))
    return numbered if cap is None else numbered.filter(pa.array(positions <= cap))


def _positions(owners: Ids) -> npt.NDArray[np.int32]:
    first = np.flatnonzero(np.diff(owners, prepend=-1))
    sizes = np.diff(np.append(first, len(owners)))
    return (np.arange(1, len(owners) + 1) - np.repeat(first, sizes)).astype(np.int32)

"""Positions: 1, 2, 3 … within each owner's rows, which stand together."""

import numpy as np
import pyarrow as pa

from pipelines.arrays import arrow, int64s


def with_positions(rows: pa.Table, owner: str) -> pa.Table:
    """The rows with their `position`."""
    owners = int64s(rows[owner])
    first = np.flatnonzero(np.diff(owners, prepend=-1))
    sizes = np.diff(np.append(first, len(owners)))
    positions = np.arange(1, len(owners) + 1) - np.repeat(first, sizes)
    return rows.append_column("position", arrow(positions.astype(np.int32), pa.int32()))

"""What changed between two states of sorted rows: found by walking both at once."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import bools, is_text
from pipelines.compiled import compiled
from pipelines.merge.lookup import Ids, ids_in

Rows = npt.NDArray[np.int64]

POST = 2
"""The column of the post among those that `_rows` has of timelines, which ascend by all."""


def posts_of_changes(before: pa.Table, after: pa.Table) -> Ids:
    """The posts of which rows of the relation `timelines` are in one of two states only; rows are in its order."""
    found = np.empty(before.num_rows + after.num_rows, np.int64)
    count = _differing(_rows(before), _rows(after), POST, found)
    return np.unique(np.abs(found[:count]))


def _rows(timelines: pa.Table) -> Rows:
    """The rows as numbers that ascend: what descends is negative; a kind is its place among all, in their order."""
    kinds = sum((bools(is_text(timelines["kind"], kind)) * place for place, kind in enumerate(KINDS)), np.int64(0))
    columns = (
        ids_in(timelines, "user_id"),
        -ids_in(timelines, "entered_at"),
        -ids_in(timelines, "post_id"),
        np.broadcast_to(kinds, timelines.num_rows),
        ids_in(timelines, "author_id"),
        ids_in(timelines, "posted_at"),
        bools(timelines["is_reply"]).astype(np.int64),
        ids_in(timelines, "parent_author_id"),
    )
    return np.stack(columns, axis=1) if timelines.num_rows else np.empty((0, len(columns)), np.int64)


KINDS = ("post", "reply", "repost")


@compiled
def _differing(before: Rows, after: Rows, column: int, found: Ids) -> int:
    """Write a column of the rows that only one of two sorted arrays has; how many these are."""
    old = new = count = 0
    while old < len(before) or new < len(after):
        order = 0
        if old == len(before):
            order = 1
        elif new == len(after):
            order = -1
        else:
            for place in range(before.shape[1]):
                if before[old, place] != after[new, place]:
                    order = -1 if before[old, place] < after[new, place] else 1
                    break
        if order < 0:
            found[count] = before[old, column]
        elif order > 0:
            found[count] = after[new, column]
        count += order != 0
        old += order <= 0
        new += order >= 0
    return count

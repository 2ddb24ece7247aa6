"""What each user posted, replied and reposted, newest first."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from pipelines.checks import Check, in_order, numbered
from pipelines.policy import Policy
from pipelines.projections import BucketInputs, BucketProjection
from pipelines.relations.timelines import TIMELINES
from pipelines.tables import Column, Table

USER_TIMELINE = Table(
    "user_timeline",
    (
        Column("author_id", "bigint", "whose timeline: the author, or the reposter"),
        Column("position", "int", "1 is the newest"),
        Column("post_id", "bigint", "the post"),
        Column("kind", "string", "post, reply or repost"),
        Column("entered_at", "timestamp", "when it was posted, or reposted"),
    ),
    key=("author_id", "position"),
    description="What each user posted, replied and reposted, newest first.",
    bucket_by="author_id",
)


def _checks(_: Policy) -> tuple[Check, ...]:
    return (numbered("author_id"), in_order("author_id", "-entered_at", "-post_id", "kind"))


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """Number the relation's rows, which stand in the view's order."""
    rows = inputs.read(TIMELINES, ["user_id", "post_id", "kind", "entered_at"], bucket).combine_chunks()
    users = rows["user_id"].to_numpy()
    first = np.flatnonzero(np.diff(users, prepend=-1))
    sizes = np.diff(np.append(first, len(users)))
    positions = np.arange(1, len(users) + 1) - np.repeat(first, sizes)
    numbered_rows = rows.rename_columns({"user_id": "author_id"}).append_column(
        "position", pa.array(positions, pa.int32())
    )
    yield from numbered_rows.select(USER_TIMELINE.names).to_batches(max_chunksize=512 * 1024)


VIEW = BucketProjection(USER_TIMELINE, ("timelines",), _merge, _checks)

"""What each user posted, replied and reposted, newest first."""

from collections.abc import Iterator

import pyarrow as pa

from pipelines.checks import Check, in_order, numbered
from pipelines.merge.positions import with_positions
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
    numbered_rows = with_positions(rows.rename_columns({"user_id": "author_id"}), "author_id")
    yield from numbered_rows.select(USER_TIMELINE.names).to_batches(max_chunksize=512 * 1024)


VIEW = BucketProjection(USER_TIMELINE, ("timelines",), _merge, _checks)

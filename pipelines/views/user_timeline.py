"""What each user posted, replied and reposted, newest first."""

from collections.abc import Iterator

import pyarrow as pa

from pipelines.arrays import Int64s
from pipelines.inputs import BucketInputs
from pipelines.projections import BucketProjection
from pipelines.relations.timelines import TIMELINES
from pipelines.tables import Column, Table

USER_TIMELINE = Table(
    "user_timeline",
    (
        Column("author_id", "bigint", "whose timeline: the author, or the reposter"),
        Column("post_id", "bigint", "the post"),
        Column("kind", "string", "post, reply or repost"),
        Column("entered_at", "timestamp", "when it was posted, or reposted"),
    ),
    key=("author_id", "post_id", "kind"),
    description="What each user posted, replied and reposted, newest first.",
    bucket_by="author_id",
    order=("author_id", "-entered_at", "-post_id", "kind"),
    grows=True,
)


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The relation's rows, which stand in the view's order."""
    rows = inputs.read(TIMELINES, ["user_id", "post_id", "kind", "entered_at"], bucket).combine_chunks()
    named = rows.rename_columns({"user_id": "author_id"}).select(USER_TIMELINE.names)
    yield from named.to_batches(max_chunksize=512 * 1024)


def _touched(bucket: int, inputs: BucketInputs) -> Int64s:
    return inputs.touched(TIMELINES.name, bucket)


VIEW = BucketProjection(
    USER_TIMELINE, ("timelines",), _merge, version=2, touched=_touched, beside=(TIMELINES,), row_by_row=True
)

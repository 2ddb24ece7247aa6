"""The standing posts; the only view with texts."""

from collections.abc import Iterator

import pyarrow as pa

from pipelines.inputs import BucketInputs
from pipelines.projections import BucketProjection
from pipelines.relations import posts, touched
from pipelines.relations.standing import posts_in
from pipelines.tables import Column, Table

POSTS = Table(
    "posts",
    (
        Column("post_id", "bigint", "the post"),
        Column("author_id", "bigint", "who wrote it"),
        Column("text", "string", "what it says"),
        Column("languages", "array<string>", "its languages; null when none were given", nullable=True),
        Column("reply_to_post_id", "bigint", "the post that it answers", nullable=True),
        Column("posted_at", "timestamp", "when it was posted"),
        Column("edited_at", "timestamp", "when its text was last edited", nullable=True),
    ),
    key=("post_id",),
    description="Every standing post.",
    row_group=512,
    bucket_by="post_id",
    grows=True,
)


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The relation's rows of posts that stand, which are in the view's order."""
    found = posts_in(bucket, inputs, *POSTS.names)
    yield from found.select(POSTS.names).combine_chunks().to_batches(max_chunksize=128 * 1024)


VIEW = BucketProjection(POSTS, ("posts", "deactivations"), _merge, touched=touched.posts_in, beside=(posts.POSTS,))

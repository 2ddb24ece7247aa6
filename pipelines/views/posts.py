"""The standing posts; the only view with texts."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.projections import BucketInputs, BucketProjection
from pipelines.relations.posts import POSTS as RELATION
from pipelines.relations.standing import inactive_users
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
    row_group=2 * 1024,
    bucket_by="post_id",
)


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The relation's rows of posts that stand, which are in the view's order."""
    posts = inputs.read(RELATION, [*POSTS.names, "deleted"], bucket)
    stands = pc.invert(pc.or_(posts["deleted"], pc.is_in(posts["author_id"], inactive_users(inputs))))
    yield from posts.filter(stands).select(POSTS.names).combine_chunks().to_batches(max_chunksize=128 * 1024)


VIEW = BucketProjection(POSTS, ("posts", "deactivations"), _merge)

"""The standing posts; the only view with texts."""

from pyspark.sql import DataFrame

from pipelines.projections import Frames, Projection
from pipelines.relations.standing import standing_posts
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
    bucket_by="post_id",
)


def _build(frames: Frames) -> DataFrame:
    return standing_posts(frames).select(*POSTS.names)


VIEW = Projection(POSTS, ("posts",), _build)

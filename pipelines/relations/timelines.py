"""What each user posted, replied and reposted, newest first: what the newsfeed merges."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.projections import Frames, Projection
from pipelines.relations.standing import given_on_posts, standing_posts
from pipelines.tables import Column, Table

TIMELINES = Table(
    "timelines",
    (
        Column("user_id", "bigint", "whose timeline: the author, or the reposter"),
        Column("entered_at", "timestamp", "when it was posted, or reposted"),
        Column("post_id", "bigint", "the post"),
        Column("kind", "string", "post, reply or repost"),
        Column("author_id", "bigint", "who wrote the post"),
        Column("posted_at", "timestamp", "when the post was posted"),
        Column("is_reply", "boolean", "whether the post is a reply"),
        Column("parent_author_id", "bigint", "the author of the post that it answers, if ever seen", nullable=True),
    ),
    key=("user_id", "post_id", "kind"),
    description="Every standing post and every standing repost of one, by whose timeline it is in.",
    bucket_by="user_id",
    order=("user_id", "-entered_at", "-post_id", "kind"),
)


def _build(frames: Frames) -> DataFrame:
    posts = standing_posts(frames).select(
        "post_id", "author_id", "posted_at", F.col("reply_to_post_id").isNotNull().alias("is_reply"), "parent_author_id"
    )
    written = posts.select(
        F.col("author_id").alias("user_id"),
        F.col("posted_at").alias("entered_at"),
        F.when(F.col("is_reply"), F.lit("reply")).otherwise(F.lit("post")).alias("kind"),
        *posts.columns,
    )
    reposts = given_on_posts(frames, "reposts")
    passed_on = reposts.join(posts, "post_id").select(
        "user_id", F.col("event_time").alias("entered_at"), F.lit("repost").alias("kind"), *posts.columns
    )
    return written.unionByName(passed_on).select(*TIMELINES.names)


RELATION = Projection(TIMELINES, ("posts", "reposts", "deactivations"), _build)

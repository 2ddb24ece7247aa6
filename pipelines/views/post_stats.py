"""How often each standing post is liked, reposted and replied to."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.projections import Facts, Frames, Projection
from pipelines.relations.standing import standing_on_posts, standing_posts
from pipelines.tables import Column, Table

POST_STATS = Table(
    "post_stats",
    (
        Column("post_id", "bigint", "the post"),
        Column("author_id", "bigint", "who wrote it"),
        Column("likes", "bigint", "standing likes"),
        Column("reposts", "bigint", "standing reposts"),
        Column("replies", "bigint", "standing replies"),
    ),
    key=("post_id",),
    description="The counts of every standing post.",
    bucket_by="post_id",
)


def _replies(frames: Frames) -> DataFrame:
    """Each standing reply to a standing post, with the post's id."""
    posts = standing_posts(frames)
    answered = posts.where(F.col("reply_to_post_id").isNotNull()).select(F.col("reply_to_post_id").alias("post_id"))
    return answered.join(posts.select("post_id"), "post_id", "left_semi")


FACTS: dict[str, Facts] = {
    "likes": lambda frames: standing_on_posts(frames, "likes").select("post_id"),
    "reposts": lambda frames: standing_on_posts(frames, "reposts").select("post_id"),
    "replies": _replies,
}


def _build(frames: Frames) -> DataFrame:
    stats = standing_posts(frames).select("post_id", "author_id")
    for name, facts in FACTS.items():
        count = facts(frames).groupBy("post_id").agg(F.count("*").alias(name))
        stats = stats.join(count, "post_id", "left")
    return stats.fillna(0, list(FACTS)).select(*POST_STATS.names)


VIEW = Projection(POST_STATS, ("posts", "likes", "reposts", "deactivations"), _build, counts=FACTS)

"""One row for every user who ever acted: names, and counts of standing facts."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.projections import Frames, Projection
from pipelines.relations.timelines import standing_posts
from pipelines.tables import Column, Table

COUNTS = {
    "followers": "users who follow this one",
    "followees": "users whom this one follows",
    "posts": "standing posts, replies included",
    "likes_received": "standing likes of the user's standing posts",
}

PROFILE = Table(
    "profile",
    (
        Column("user_id", "bigint", "the user"),
        Column("username", "string", "the last username given", nullable=True),
        Column("first_name", "string", "the last first name given", nullable=True),
        Column("last_name", "string", "the last last name given", nullable=True),
        Column("bio", "string", "the last bio given", nullable=True),
        Column("is_active", "boolean", "whether the user has not deactivated the account"),
        Column("joined_at", "timestamp", "time of the first `registered`", nullable=True),
        Column("last_active_at", "timestamp", "time of the user's last event"),
        *(Column(name, "bigint", description) for name, description in COUNTS.items()),
    ),
    key=("user_id",),
    description="Every user who ever acted.",
    bucket_by="user_id",
)


def _count(facts: DataFrame, of: str, name: str) -> DataFrame:
    """How many facts each user has: user_id and the count."""
    return facts.groupBy(F.col(of).alias("user_id")).agg(F.count("*").alias(name))


def _build(frames: Frames) -> DataFrame:
    follows = frames["follows"].where("holds")
    posts = standing_posts(frames["posts"]).select("post_id", "author_id")
    likes = frames["likes"].where("holds").groupBy("post_id").agg(F.count("*").alias("likes"))
    received = posts.join(likes, "post_id").groupBy(F.col("author_id").alias("user_id"))
    counts = (
        _count(follows, "followee_id", "followers"),
        _count(follows, "follower_id", "followees"),
        _count(posts, "author_id", "posts"),
        received.agg(F.sum("likes").alias("likes_received")),
    )
    profile = frames["users"].withColumn("is_active", F.lit(True))
    for count in counts:
        profile = profile.join(count, "user_id", "left")
    return profile.fillna(0, list(COUNTS)).select(*PROFILE.names)


VIEW = Projection(PROFILE, ("users", "follows", "posts", "likes"), _build)

"""One row for every user who ever acted: names, and counts of standing facts."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.projections import Facts, Frames, Projection
from pipelines.relations.standing import standing_follows, standing_on_posts, standing_posts
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
    row_group=2 * 1024,
    bucket_by="user_id",
)


def _by_user(facts: DataFrame, of: str) -> DataFrame:
    """For each fact the user of that column, as user_id."""
    return facts.select(F.col(of).alias("user_id"))


def _followers(frames: Frames) -> DataFrame:
    """For each standing follow the followee, who may never have acted and then has no row."""
    return _by_user(standing_follows(frames), "followee_id").join(frames["users"], "user_id", "left_semi")


FACTS: dict[str, Facts] = {
    "followers": _followers,
    "followees": lambda frames: _by_user(standing_follows(frames), "follower_id"),
    "posts": lambda frames: _by_user(standing_posts(frames), "author_id"),
    "likes_received": lambda frames: _by_user(standing_on_posts(frames, "likes").drop("user_id"), "author_id"),
}


def _build(frames: Frames) -> DataFrame:
    inactive = frames["deactivations"].where("holds").select("user_id", F.lit(False).alias("is_active"))
    profile = frames["users"].join(inactive, "user_id", "left").fillna(True, ["is_active"])
    for name, facts in FACTS.items():
        count = facts(frames).groupBy("user_id").agg(F.count("*").alias(name))
        profile = profile.join(count, "user_id", "left")
    return profile.fillna(0, list(FACTS)).select(*PROFILE.names)


VIEW = Projection(PROFILE, ("users", "follows", "posts", "likes", "deactivations"), _build, counts=FACTS)

"""Who follows each user."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.projections import Frames, Projection
from pipelines.relations.standing import standing_follows
from pipelines.tables import Column, Table

FOLLOWERS = Table(
    "followers",
    (
        Column("user_id", "bigint", "who is followed"),
        Column("follower_id", "bigint", "who follows"),
        Column("since", "timestamp", "time of the last `followed`"),
    ),
    key=("user_id", "follower_id"),
    description="The standing follows, by who is followed.",
    bucket_by="user_id",
)


def _build(frames: Frames) -> DataFrame:
    return standing_follows(frames).select(
        F.col("followee_id").alias("user_id"), "follower_id", F.col("event_time").alias("since")
    )


VIEW = Projection(FOLLOWERS, ("follows", "deactivations"), _build)

"""Who follows whom."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.projections import Frames, Projection
from pipelines.relations.facts import LAST_EVENT, last_event
from pipelines.tables import Column, Table

FOLLOWS = Table(
    "follows",
    (
        Column("follower_id", "bigint", "who follows"),
        Column("followee_id", "bigint", "who is followed"),
        *LAST_EVENT,
    ),
    key=("follower_id", "followee_id"),
    description="Every pair that ever had a follow, with its last event.",
    bucket_by="follower_id",
)


def _build(frames: Frames) -> DataFrame:
    pairs = frames["events"].withColumnRenamed("actor_id", "follower_id")
    others = pairs.where(F.col("follower_id") != F.col("followee_id"))
    return last_event(others, "followed", "unfollowed", "follower_id", "followee_id")


RELATION = Projection(FOLLOWS, ("events",), _build)

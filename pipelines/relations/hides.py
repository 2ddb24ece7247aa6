"""Whom a user is shown nothing of: a block in either direction, or a mute."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.projections import Frames, Projection
from pipelines.tables import Column, Table

HIDES = Table(
    "hides",
    (
        Column("user_id", "bigint", "who is not shown"),
        Column("hidden_id", "bigint", "whose posts, reposts and doings"),
    ),
    key=("user_id", "hidden_id"),
    description="Every user and whom that user blocks, is blocked by, or mutes.",
    bucket_by="user_id",
)


def _build(frames: Frames) -> DataFrame:
    blocks = frames["blocks"].where("holds").select("user_id", F.col("blocked_id").alias("hidden_id"))
    blocked = blocks.select(F.col("hidden_id").alias("user_id"), F.col("user_id").alias("hidden_id"))
    mutes = frames["mutes"].where("holds").select("user_id", F.col("muted_id").alias("hidden_id"))
    return blocks.unionByName(blocked).unionByName(mutes).distinct()


RELATION = Projection(HIDES, ("blocks", "mutes"), _build)

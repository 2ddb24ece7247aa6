"""Every user who ever acted, with the names last given."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.projections import Frames, Projection
from pipelines.relations.facts import last_given
from pipelines.tables import Column, Table

NAMES = ("username", "first_name", "last_name", "bio")

USERS = Table(
    "users",
    (
        Column("user_id", "bigint", "the user"),
        *(Column(name, "string", f"the last {name} given", nullable=True) for name in NAMES),
        Column("joined_at", "timestamp", "time of the first `registered`", nullable=True),
        Column("last_active_at", "timestamp", "time of the user's last event"),
    ),
    key=("user_id",),
    description="Every user who ever acted.",
    bucket_by="user_id",
)


def _build(frames: Frames) -> DataFrame:
    events = frames["events"].withColumnRenamed("actor_id", "user_id")
    active = events.groupBy("user_id").agg(F.max("event_time").alias("last_active_at"))
    registered = F.col("event_type") == "registered"
    named = (
        events.where(registered | (F.col("event_type") == "profile_changed"))
        .groupBy("user_id")
        .agg(F.min(F.when(registered, F.col("event_time"))).alias("joined_at"), *map(last_given, NAMES))
    )
    return active.join(named, "user_id", "left").select(*USERS.names)


RELATION = Projection(USERS, ("events",), _build)

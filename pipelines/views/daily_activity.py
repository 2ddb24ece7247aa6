"""What happened on each day, retracted later or not."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.projections import Frames, Projection
from pipelines.tables import Column, Table

COUNTED = ("registered", "posted", "reposted", "liked", "followed")

DAILY_ACTIVITY = Table(
    "daily_activity",
    (
        Column("date", "date", "UTC date of event_time"),
        Column("active_users", "bigint", "users who did anything"),
        Column("events", "bigint", "events of all types"),
        *(Column(name, "bigint", f"events `{name}`") for name in COUNTED),
    ),
    key=("date",),
    description="What happened on each UTC date, whatever became of it.",
)


def _build(frames: Frames) -> DataFrame:
    counts = (F.count(F.when(F.col("event_type") == name, 1)).alias(name) for name in COUNTED)
    users, events = F.countDistinct("actor_id").alias("active_users"), F.count("*").alias("events")
    return frames["events"].groupBy(F.to_date("event_time").alias("date")).agg(users, events, *counts)


VIEW = Projection(DAILY_ACTIVITY, ("events",), _build)

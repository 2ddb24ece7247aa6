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
    counts = [F.count(F.when(F.col("event_type") == name, 1)).alias(name) for name in COUNTED]
    by_user = frames["events"].groupBy(F.to_date("event_time").alias("date"), "actor_id")
    days = by_user.agg(F.count("*").alias("events"), *counts).groupBy("date")
    sums = [F.sum(name).alias(name) for name in ("events", *COUNTED)]
    return days.agg(F.count("*").alias("active_users"), *sums).select(*DAILY_ACTIVITY.names)


VIEW = Projection(DAILY_ACTIVITY, ("events",), _build)

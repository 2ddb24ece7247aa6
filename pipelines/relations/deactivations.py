"""Which users are deactivated, as the last event says."""

from pyspark.sql import DataFrame

from pipelines.projections import Frames, Projection
from pipelines.relations.facts import LAST_EVENT, last_event
from pipelines.tables import Column, Table

DEACTIVATIONS = Table(
    "deactivations",
    (Column("user_id", "bigint", "the user"), *LAST_EVENT),
    key=("user_id",),
    description="Every user who was ever deactivated or reactivated, with the last such event.",
    bucket_by="user_id",
)


def _build(frames: Frames) -> DataFrame:
    events = frames["events"].withColumnRenamed("actor_id", "user_id")
    return last_event(events, "deactivated", "reactivated", "user_id")


RELATION = Projection(DEACTIVATIONS, ("events",), _build)

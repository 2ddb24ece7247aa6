"""Who mutes whom."""

from pyspark.sql import DataFrame

from pipelines.projections import Frames, Projection
from pipelines.relations.facts import LAST_EVENT, last_event_between
from pipelines.tables import Column, Table

MUTES = Table(
    "mutes",
    (
        Column("user_id", "bigint", "who mutes"),
        Column("muted_id", "bigint", "who is muted"),
        *LAST_EVENT,
    ),
    key=("user_id", "muted_id"),
    description="Every pair that ever had a mute, with its last event.",
    bucket_by="user_id",
)


def _build(frames: Frames) -> DataFrame:
    return last_event_between(frames["events"], "muted", "unmuted", "user_id", "muted_id")


RELATION = Projection(MUTES, ("events",), _build)

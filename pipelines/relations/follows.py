"""Who follows whom."""

from pyspark.sql import DataFrame

from pipelines.projections import Frames, Projection
from pipelines.relations.facts import LAST_EVENT, last_event_between
from pipelines.tables import Column, Table

FOLLOWS = Table(
    "follows",
    (
        Column("follower_id", "bigint", "who follows"),
        Column("followee_id", "bigint", "who is followed"),
        *LAST_EVENT,
    ),
    key=("follower_id", "followee_id"),
    description="Every pair that ever had a follow, with its last event; either user may be deactivated.",
    bucket_by="follower_id",
)


def _build(frames: Frames) -> DataFrame:
    return last_event_between(frames["events"], "followed", "unfollowed", "follower_id", "followee_id")


RELATION = Projection(FOLLOWS, ("events",), _build)

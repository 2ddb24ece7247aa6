"""Who likes which post, as the last event says."""

from pyspark.sql import DataFrame

from pipelines.projections import Frames, Projection
from pipelines.relations.facts import ON_POST, last_event
from pipelines.tables import Table

LIKES = Table(
    "likes",
    ON_POST,
    key=("post_id", "user_id"),
    description="Every user and post that ever had a like, with its last event; the post may not stand.",
    bucket_by="post_id",
)


def _build(frames: Frames) -> DataFrame:
    events = frames["events"].withColumnRenamed("actor_id", "user_id")
    return last_event(events, "liked", "unliked", "post_id", "user_id")


RELATION = Projection(LIKES, ("events",), _build)

"""Who blocks whom."""

from pyspark.sql import DataFrame

from pipelines.projections import Frames, Projection
from pipelines.relations.facts import LAST_EVENT, last_event_between
from pipelines.tables import Column, Table

BLOCKS = Table(
    "blocks",
    (
        Column("user_id", "bigint", "who blocks"),
        Column("blocked_id", "bigint", "who is blocked"),
        *LAST_EVENT,
    ),
    key=("user_id", "blocked_id"),
    description="Every pair that ever had a block, with its last event.",
    bucket_by="user_id",
)


def _build(frames: Frames) -> DataFrame:
    return last_event_between(frames["events"], "blocked", "unblocked", "user_id", "blocked_id")


RELATION = Projection(BLOCKS, ("events",), _build)

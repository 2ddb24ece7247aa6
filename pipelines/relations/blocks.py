"""Who blocks whom."""

from pipelines.relations.facts import LAST_EVENT, last_events
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


RELATION = last_events(BLOCKS, "blocked", "unblocked", "actor_id", "blocked_id", to_others=True)

"""Who follows whom."""

from pipelines.relations.facts import LAST_EVENT, last_events
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
    grows=True,
)


RELATION = last_events(FOLLOWS, "followed", "unfollowed", "actor_id", "followee_id", to_others=True)

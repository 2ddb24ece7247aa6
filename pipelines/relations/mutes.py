"""Who mutes whom."""

from pipelines.relations.facts import LAST_EVENT, last_events
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


RELATION = last_events(MUTES, "muted", "unmuted", "actor_id", "muted_id", to_others=True)

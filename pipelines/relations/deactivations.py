"""Which users are deactivated, as the last event says."""

from pipelines.relations.facts import LAST_EVENT, last_events
from pipelines.tables import Column, Table

DEACTIVATIONS = Table(
    "deactivations",
    (Column("user_id", "bigint", "the user"), *LAST_EVENT),
    key=("user_id",),
    description="Every user who was ever deactivated or reactivated, with the last such event.",
    bucket_by="user_id",
)


RELATION = last_events(DEACTIVATIONS, "deactivated", "reactivated", "actor_id")

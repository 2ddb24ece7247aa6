"""Who likes which post, as the last event says."""

from pipelines.relations.facts import ON_POST, last_events
from pipelines.tables import Table

LIKES = Table(
    "likes",
    ON_POST,
    key=("post_id", "user_id"),
    description="Every user and post that ever had a like, with its last event; the post may not stand.",
    bucket_by="post_id",
    grows=True,
)


RELATION = last_events(LIKES, "liked", "unliked", "post_id", "actor_id")

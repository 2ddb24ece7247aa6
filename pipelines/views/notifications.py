"""What others did that concerns a user, newest first."""

from collections.abc import Iterator

import pyarrow as pa

from pipelines.arrays import arrow, arrow_where, int64s, strings
from pipelines.checks import Check, at_most, in_order, numbered
from pipelines.inputs import BucketInputs
from pipelines.merge.notification_order import Notifications
from pipelines.merge.notifications import newest
from pipelines.policy import Policy
from pipelines.projections import BucketProjection, Exchange
from pipelines.relations.hides import HIDES
from pipelines.tables import Column, Table
from pipelines.views.notifications_changes import hiding, resending
from pipelines.views.notifications_sent import ANSWER, KINDS, SENT, sent

NEWEST_FIRST = ("-notified_at", "kind", "actor_id", "-post_id")

NOTIFICATIONS = Table(
    "notifications",
    (
        Column("user_id", "bigint", "who is notified"),
        Column("position", "int", "1 is the newest"),
        Column("kind", "string", "followed, liked, mentioned, replied or reposted"),
        Column("actor_id", "bigint", "who did it"),
        Column("post_id", "bigint", "the reply, or the post liked, reposted or with the mention", nullable=True),
        Column("notified_at", "timestamp", "when it was done"),
    ),
    key=("user_id", "position"),
    description="What others did that concerns a user, newest first, at most `cap` entries.",
    bucket_by="user_id",
)


def _checks(policy: Policy) -> tuple[Check, ...]:
    return (numbered("user_id"), in_order("user_id", *NEWEST_FIRST), at_most("position", policy.cap))


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The newest notifications of each user, numbered, with the names of their kinds."""
    notifications, hides = inputs.received(bucket), inputs.read(HIDES, ["user_id", "hidden_id"], bucket)
    pairs = int64s(hides["user_id"]), int64s(hides["hidden_id"])
    rows = newest(Notifications(*map(int64s, notifications.columns)), pairs, ANSWER, inputs.policy.cap)
    columns = {
        "user_id": arrow(rows.users, pa.int64()),
        "position": arrow(rows.positions, pa.int32()),
        "kind": strings(KINDS).take(arrow(rows.kinds, pa.int8())),
        "actor_id": arrow(rows.actors, pa.int64()),
        "post_id": arrow_where(rows.posts != 0, rows.posts, pa.int64()),
        "notified_at": arrow(rows.times, NOTIFICATIONS.arrow.field("notified_at").type),
    }
    yield from pa.table(columns, NOTIFICATIONS.arrow).combine_chunks().to_batches(512 * 1024)


VIEW = BucketProjection(
    NOTIFICATIONS,
    ("follows", "posts", "likes", "reposts", "timelines", "hides", "deactivations"),
    _merge,
    _checks,
    exchange=Exchange(SENT, sent, resending=resending(NOTIFICATIONS)),
    touched=hiding,
    beside=(HIDES,),
    capped="position",
)

"""What others did that concerns a user, newest first."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.checks import Check, at_most, in_order, numbered
from pipelines.merge.positions import with_positions
from pipelines.policy import Policy
from pipelines.projections import BucketInputs, BucketProjection, Spread
from pipelines.relations.arrays import numbers
from pipelines.relations.hides import HIDES
from pipelines.relations.likes import LIKES
from pipelines.relations.reposts import REPOSTS
from pipelines.relations.standing import active_in, follows_in, given_in, inactive_users, posts_in
from pipelines.relations.timelines import TIMELINES
from pipelines.sorting import order_by
from pipelines.tables import Column, Table

KINDS = ("followed", "liked", "mentioned", "replied", "reposted")  # in alphabetical order, as they are sorted
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


DONE = pa.schema(
    [
        ("user_id", pa.int64()),
        ("kind", pa.int64()),
        ("actor_id", pa.int64()),
        ("post_id", pa.int64()),
        ("notified_at", NOTIFICATIONS.arrow.field("notified_at").type),
    ]
)
"""Notifications without positions; a kind is its place in KINDS, no post is 0."""


def _done(kind: str, rows: pa.Table, user: str, actor: str, post: str | None, time: str) -> pa.Table:
    """What others did to a user, as notifications of a kind; the names of the rows' columns say what is what."""
    kinds = pa.repeat(pa.scalar(KINDS.index(kind), pa.int64()), rows.num_rows)
    posts = pa.repeat(pa.scalar(0, pa.int64()), rows.num_rows) if post is None else rows[post]
    done = pa.table([rows[user], kinds, rows[actor], posts, rows[time]], DONE)
    return done.filter(pc.field("user_id") != pc.field("actor_id"))


def _mentions(posts: pa.Table) -> pa.Table:
    """Each post with each user whom it mentions, once: mentioned_id."""
    mentioned, columns = posts["mentioned_ids"], ["post_id", "author_id", "posted_at"]
    mentions = posts.select(columns).take(pc.list_parent_indices(mentioned))
    mentions = mentions.append_column("mentioned_id", pc.list_flatten(mentioned))
    return mentions.group_by(mentions.column_names).aggregate([])


def _all_done(bucket: int, inputs: BucketInputs) -> pa.Table:
    """What a bucket's followers and authors did, and what was done to its posts, to users who are active."""
    posts = posts_in(bucket, inputs, "posted_at", "mentioned_ids").combine_chunks()
    timelines = inputs.read(TIMELINES, ["kind", "parent_author_id", "author_id", "post_id", "posted_at"], bucket)
    replies = timelines.filter((pc.field("kind") == "reply") & pc.field("parent_author_id").is_valid())
    likes, reposts = (given_in(bucket, inputs, facts, posts) for facts in (LIKES, REPOSTS))
    done = (
        _done("followed", follows_in(bucket, inputs), "followee_id", "follower_id", None, "event_time"),
        _done("liked", likes, "author_id", "user_id", "post_id", "event_time"),
        _done("mentioned", _mentions(posts), "mentioned_id", "author_id", "post_id", "posted_at"),
        _done("replied", replies, "parent_author_id", "author_id", "post_id", "posted_at"),
        _done("reposted", reposts, "author_id", "user_id", "post_id", "event_time"),
    )
    return active_in(pa.concat_tables(done), inactive_users(inputs), "user_id")


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The newest of each user, with positions and the names of the kinds."""
    hides = inputs.read(HIDES, ["user_id", "hidden_id"], bucket)
    rows = _told_once(_without(inputs.arrived(bucket), hides.rename_columns(["user_id", "actor_id"])))
    columns = [numbers(rows, name) for name in ("user_id", "notified_at", "kind", "actor_id", "post_id")]
    newest = rows.take(pa.array(order_by(*columns, descending=(1, 4))))
    ordered = with_positions(newest, "user_id", inputs.policy.cap)
    kinds = pa.array(KINDS).take(ordered["kind"].combine_chunks())
    posts = pc.if_else(pc.equal(ordered["post_id"], 0), None, ordered["post_id"])
    named = ordered.drop_columns(["kind", "post_id"]).append_column("kind", kinds).append_column("post_id", posts)
    yield from named.select(NOTIFICATIONS.names).combine_chunks().to_batches(512 * 1024)


def _told_once(rows: pa.Table) -> pa.Table:
    """The rows without the mentions of whom the post answers, who is told of the reply."""
    mentions = pc.field("kind") == KINDS.index("mentioned")
    replies = rows.filter(pc.field("kind") == KINDS.index("replied")).select(["user_id", "post_id"])
    return pa.concat_tables([rows.filter(~mentions), _without(rows.filter(mentions), replies)])


def _without(rows: pa.Table, pairs: pa.Table) -> pa.Table:
    """The rows that have none of the pairs of ids, in any order."""
    return rows.join(pairs, pairs.column_names, join_type="left anti").select(rows.column_names)


VIEW = BucketProjection(
    NOTIFICATIONS,
    ("follows", "posts", "likes", "reposts", "timelines", "hides", "deactivations"),
    _merge,
    _checks,
    spread=Spread(DONE, _all_done),
)

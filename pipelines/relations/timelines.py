"""What each user posted, replied and reposted, newest first: what the newsfeed merges."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import arrow
from pipelines.projections import BucketInputs, BucketProjection, Spread
from pipelines.relations.arrays import numbers
from pipelines.relations.posts import POSTS
from pipelines.relations.reposts import REPOSTS
from pipelines.relations.standing import given_in, posts_in
from pipelines.sorting import order_by
from pipelines.tables import Column, Table

KINDS = ("post", "reply", "repost")
POST, REPLY, REPOST = range(3)

TIMELINES = Table(
    "timelines",
    (
        Column("user_id", "bigint", "whose timeline: the author, or the reposter"),
        Column("entered_at", "timestamp", "when it was posted, or reposted"),
        Column("post_id", "bigint", "the post"),
        Column("kind", "string", "post, reply or repost"),
        Column("author_id", "bigint", "who wrote the post"),
        Column("posted_at", "timestamp", "when the post was posted"),
        Column("is_reply", "boolean", "whether the post is a reply"),
        Column("parent_author_id", "bigint", "the author of the post that it answers, if ever seen", nullable=True),
    ),
    key=("user_id", "post_id", "kind"),
    description="Every standing post and every standing repost of one, by whose timeline it is in.",
    bucket_by="user_id",
    order=("user_id", "-entered_at", "-post_id", "kind"),
)


TIME = TIMELINES.arrow.field("entered_at").type

ENTRIES = pa.schema(
    [
        ("user_id", pa.int64()),
        ("entered_at", TIME),
        ("kind", pa.int8()),
        ("post_id", pa.int64()),
        ("author_id", pa.int64()),
        ("posted_at", TIME),
        ("reply_to_post_id", pa.int64()),
    ]
)
"""Rows that do not know the author of the post that theirs answers; a kind is its place in KINDS."""

KNOWN = ENTRIES.append(pa.field("parent_author_id", pa.int64()))


def _entries(posts: pa.Table, kind: int, bucket: int, inputs: BucketInputs) -> pa.Table:
    """These posts of a bucket, of one kind, and every standing repost of one."""
    posts = posts.select(["post_id", "author_id", "posted_at", "reply_to_post_id"])
    reposts = given_in(bucket, inputs, REPOSTS, posts)
    reposted = posts.take(pc.index_in(reposts["post_id"], posts["post_id"].combine_chunks()))
    written = _by(posts["author_id"], posts["posted_at"], kind, posts)
    return pa.concat_tables([written, _by(reposts["user_id"], reposts["event_time"], REPOST, reposted)])


def _by(users: pa.ChunkedArray, times: pa.ChunkedArray, kind: int, posts: pa.Table) -> pa.Table:
    """The posts in the timelines of these users, since these times."""
    return pa.table([users, times, pa.repeat(pa.scalar(kind, pa.int8()), len(users)), *posts.columns], ENTRIES)


def _replies(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The entries of a bucket's posts that are replies."""
    posts = posts_in(bucket, inputs, "posted_at", "reply_to_post_id")
    return _entries(posts.filter(pc.field("reply_to_post_id").is_valid()), REPLY, bucket, inputs)


def _known(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The entries of a bucket's posts that are none, and of the replies to its posts, deleted or not."""
    posts = posts_in(bucket, inputs, "posted_at", "reply_to_post_id")
    others = _entries(posts.filter(pc.field("reply_to_post_id").is_null()), POST, bucket, inputs)
    rows = pa.concat_tables([others, inputs.arrived(bucket)])
    parents = inputs.read(POSTS, ["post_id", "author_id"], bucket)
    parent = pc.index_in(rows["reply_to_post_id"], parents["post_id"].combine_chunks())
    return rows.append_column("parent_author_id", parents["author_id"].take(parent))


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The rows by user, newest first, with the names of the kinds."""
    rows = inputs.arrived(bucket).combine_chunks()
    columns = [numbers(rows, name) for name in ("user_id", "entered_at", "post_id", "kind")]
    found = rows.take(arrow(order_by(*columns, descending=(1, 2)), pa.int32()))
    kinds = pa.array(KINDS).take(found["kind"].combine_chunks())
    is_reply = pc.is_valid(found["reply_to_post_id"])
    named = found.drop_columns(["kind"]).append_column("kind", kinds).append_column("is_reply", is_reply)
    yield from named.select(TIMELINES.names).combine_chunks().to_batches(128 * 1024)


RELATION = BucketProjection(
    TIMELINES,
    ("posts", "reposts", "deactivations"),
    _merge,
    spread=Spread(KNOWN, _known, before=Spread(ENTRIES, _replies, by="reply_to_post_id")),
)

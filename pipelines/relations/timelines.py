"""What each user posted, replied and reposted, newest first: what the newsfeed merges."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import arrow, bools, int64s, strings
from pipelines.inputs import BucketInputs
from pipelines.projections import BucketProjection, Chosen, Exchange, Resending, no_more
from pipelines.relations import touched
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
    grows=True,
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
"""Rows without the author of the post that theirs answers; a kind is its place in KINDS."""

FIRST = ENTRIES.append(pa.field("through", pa.int64()))
ANSWERED = ENTRIES.get_field_index("reply_to_post_id")
KNOWN = (
    ENTRIES.remove(ANSWERED).append(pa.field("is_reply", pa.bool_())).append(pa.field("parent_author_id", pa.int64()))
)


def _entries(bucket: int, inputs: BucketInputs) -> pa.Table:
    """A bucket's posts and their reposts; those of replies go through the bucket of the post that they answer."""
    posts = posts_in(bucket, inputs, "posted_at", "reply_to_post_id")
    reposts = _on(posts, given_in(bucket, inputs, REPOSTS))
    kinds = np.where(bools(pc.is_valid(posts["reply_to_post_id"])), np.int8(REPLY), np.int8(POST))
    written = _of(posts, "author_id", "posted_at", kinds)
    passed_on = _of(reposts, "user_id", "event_time", np.full(len(reposts), REPOST, np.int8))
    rows = pa.concat_tables([written, passed_on])
    return rows.append_column("through", pc.coalesce(rows["reply_to_post_id"], rows["user_id"]))


def _on(posts: pa.Table, given: pa.Table) -> pa.Table:
    """The reposts of these posts, with the posts' columns."""
    places = _places(posts, given["post_id"])
    found = posts.drop_columns(["post_id"]).take(places.drop_null())
    return pa.Table.from_arrays(
        [*given.filter(pc.is_valid(places)).columns, *found.columns], [*given.column_names, *found.column_names]
    )


def _places(posts: pa.Table, ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where the posts of these ids are among others, null where they are not."""
    return pc.index_in(ids, posts["post_id"].combine_chunks())


def _of(rows: pa.Table, user: str, time: str, kinds: npt.NDArray[np.int8]) -> pa.Table:
    """Rows on posts as entries; the names of columns say whose and since when."""
    on_posts = [rows[name] for name in ("post_id", "author_id", "posted_at", "reply_to_post_id")]
    return pa.table([rows[user], rows[time], arrow(kinds, pa.int8()), *on_posts], ENTRIES)


def _known(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The rows sent to a bucket, with the authors of the posts that they answer, deleted or not."""
    rows, parents = inputs.received(bucket), inputs.read(POSTS, ["post_id", "author_id"], bucket)
    parent = parents["author_id"].take(_places(parents, rows["reply_to_post_id"]))
    is_reply = pc.is_valid(rows["reply_to_post_id"])
    known = rows.append_column("is_reply", is_reply).append_column("parent_author_id", parent)
    return known.select(KNOWN.names)


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The rows by user, newest first, with the names of the kinds."""
    rows = inputs.received(bucket).combine_chunks()
    columns = [numbers(rows, name) for name in ("user_id", "entered_at", "post_id", "kind")]
    found = rows.take(arrow(order_by(*columns, descending=(1, 2)), pa.int32()))
    kinds = strings(KINDS).take(found["kind"].combine_chunks())
    named = found.drop_columns(["kind"]).append_column("kind", kinds)
    yield from named.select(TIMELINES.names).combine_chunks().to_batches(128 * 1024)


def _posts_of_changes(bucket: int, inputs: BucketInputs) -> Chosen:
    """The posts that may stand otherwise, or are reposted otherwise, and those that answer one by another author."""
    answers = touched.replies_in(bucket, inputs, touched.with_other_authors(inputs))
    posts = np.union1d(touched.posts_in(bucket, inputs, REPOSTS), answers)
    return {POSTS: posts, REPOSTS: posts}


def _parents(bucket: int, inputs: BucketInputs) -> Chosen:
    """The posts that are answered by those that are sent."""
    sent = (rows["reply_to_post_id"].drop_null() for rows in (inputs.received(bucket), inputs.withdrawn(bucket)))
    return {POSTS: np.unique(np.concatenate([int64s(ids) for ids in sent]))}


def _stood(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The rows as they were, with the numbers of the kinds."""
    rows = inputs.own_before(TIMELINES, [*KNOWN.names], bucket)
    kinds = pc.index_in(rows["kind"], strings(KINDS)).cast(pa.int8())
    return rows.set_column(KNOWN.get_field_index("kind"), "kind", kinds)


RELATION = BucketProjection(
    TIMELINES,
    ("posts", "reposts", "deactivations"),
    _merge,
    exchange=Exchange(
        KNOWN,
        _known,
        before=Exchange(FIRST, _entries, by="through", resending=Resending(_posts_of_changes)),
        resending=Resending(_parents, _stood),
    ),
    touched=no_more,
    row_by_row=True,
)

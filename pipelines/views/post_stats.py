"""How often each standing post is liked, reposted and replied to."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, arrow, int64s
from pipelines.inputs import BucketInputs
from pipelines.projections import BucketProjection, Chosen, Counts, Exchange, Resending
from pipelines.relations import recount, touched
from pipelines.relations.likes import LIKES
from pipelines.relations.matching import numbers_of
from pipelines.relations.partial_counts import count_partially, partial_counts, totals
from pipelines.relations.posts import POSTS
from pipelines.relations.reposts import REPOSTS
from pipelines.relations.standing import given_in, posts_in
from pipelines.tables import Column, Table

POST_STATS = Table(
    "post_stats",
    (
        Column("post_id", "bigint", "the post"),
        Column("author_id", "bigint", "who wrote it"),
        Column("likes", "bigint", "standing likes"),
        Column("reposts", "bigint", "standing reposts"),
        Column("replies", "bigint", "standing replies"),
    ),
    key=("post_id",),
    description="The counts of every standing post.",
    bucket_by="post_id",
    grows=True,
)


def _facts(bucket: int, inputs: BucketInputs) -> dict[str, Int64s]:
    """For each fact of a bucket the post that counts it; an answered post may not stand."""
    posts = recount.posts(bucket, inputs)
    likes, _ = recount.given(bucket, inputs, LIKES, posts)
    reposts, _ = recount.given(bucket, inputs, REPOSTS, posts)
    return {"likes": likes, "reposts": reposts, "replies": posts.answered}


def _posts(bucket: int, inputs: BucketInputs) -> Int64s:
    posts = recount.posts(bucket, inputs)
    standing: Int64s = posts.ids[posts.authors != 0]
    return standing


def _answered(bucket: int, inputs: BucketInputs) -> pa.Table:
    """How often the standing posts of a bucket answer each post, standing or not."""
    answered = posts_in(bucket, inputs, "reply_to_post_id")["reply_to_post_id"]
    return count_partially("post_id", 0, int64s(answered.drop_null()))


def _changed(bucket: int, inputs: BucketInputs) -> Chosen:
    return {POSTS: touched.posts_in(bucket, inputs)}


def _answered_before(bucket: int, inputs: BucketInputs) -> pa.Table:
    """How often the posts of a bucket that stood were answered."""
    rows = inputs.own_before(POST_STATS, ["post_id", "replies"], bucket)
    return count_partially("post_id", 0, int64s(rows["post_id"]), int64s(rows["replies"]))


def _unknown(bucket: int, inputs: BucketInputs) -> Int64s:
    """The posts that stand and did not: how often others answer them nothing tells."""
    posts = inputs.choosing(_changed(bucket, inputs))
    now, before = (int64s(posts_in(bucket, one)["post_id"]) for one in (posts, posts.as_before()))
    return np.setdiff1d(now, before, assume_unique=True)


def _answering(bucket: int, inputs: BucketInputs, posts: Int64s) -> Chosen:
    return {POSTS: touched.replies_in(bucket, inputs, posts)}


def _concerned(bucket: int, inputs: BucketInputs, posts: Int64s) -> Chosen:
    """The posts of which something changed, and those that answer such posts."""
    changed = _touched(bucket, inputs)
    answering = touched.replies_in(bucket, inputs, posts)
    return {POSTS: np.union1d(changed, answering), **dict.fromkeys(GIVEN, changed)}


def _touched(bucket: int, inputs: BucketInputs) -> Int64s:
    return touched.posts_in(bucket, inputs, *GIVEN)


GIVEN = (LIKES, REPOSTS)


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The standing posts, by id, with the numbers of their facts, which are in the same bucket."""
    posts = posts_in(bucket, inputs)
    ids = int64s(posts["post_id"])
    given = (numbers_of(ids, int64s(given_in(bucket, inputs, facts)["post_id"])) for facts in GIVEN)
    answered = totals(ids, 1, inputs.received(bucket), "post_id")
    stats = pa.table(
        [*posts.columns, *(arrow(numbers, pa.int64()) for numbers in (*given, *answered))], POST_STATS.arrow
    )
    yield from stats.combine_chunks().to_batches(512 * 1024)


VIEW = BucketProjection(
    POST_STATS,
    ("posts", "likes", "reposts", "deactivations"),
    _merge,
    exchange=Exchange(
        partial_counts("post_id"), _answered, resending=Resending(_changed, _answered_before, _unknown, _answering)
    ),
    touched=_touched,
    beside=(POSTS, LIKES, REPOSTS),
    counts=Counts(("likes", "reposts", "replies"), _facts, _posts, elsewhere=("replies",), concerned=_concerned),
)

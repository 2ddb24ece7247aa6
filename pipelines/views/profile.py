"""One row for every user who ever acted: names, and counts of standing facts."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, arrow, flags, int64s
from pipelines.inputs import BucketInputs
from pipelines.projections import BucketProjection, Chosen, Counts, Exchange, Resending
from pipelines.relations import recount, touched
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.likes import LIKES
from pipelines.relations.matching import numbers_of
from pipelines.relations.members import leave_out
from pipelines.relations.partial_counts import count_partially, partial_counts, totals
from pipelines.relations.posts import POSTS
from pipelines.relations.standing import follows_in, given_in, inactive_users, posts_in
from pipelines.relations.users import USERS
from pipelines.tables import Column, Table

COUNTS = {
    "followers": "users who follow this one",
    "followees": "users whom this one follows",
    "posts": "standing posts, replies included",
    "likes_received": "standing likes of the user's standing posts",
}

PROFILE = Table(
    "profile",
    (
        Column("user_id", "bigint", "the user"),
        Column("username", "string", "the last username given", nullable=True),
        Column("first_name", "string", "the last first name given", nullable=True),
        Column("last_name", "string", "the last last name given", nullable=True),
        Column("bio", "string", "the last bio given", nullable=True),
        Column("is_active", "boolean", "whether the user has not deactivated the account"),
        Column("joined_at", "timestamp", "time of the first `registered`", nullable=True),
        Column("last_active_at", "timestamp", "time of the user's last event"),
        *(Column(name, "bigint", description) for name, description in COUNTS.items()),
    ),
    key=("user_id",),
    description="Every user who ever acted.",
    row_group=512,
    bucket_by="user_id",
)


def _facts(bucket: int, inputs: BucketInputs) -> dict[str, Int64s]:
    """For each fact of a bucket the user whose profile counts it; who is followed may never have acted."""
    followers, followees = recount.follows(bucket, inputs)
    posts = recount.posts(bucket, inputs)
    _, liked = recount.given(bucket, inputs, LIKES, posts)
    return {"followers": followees, "followees": followers, "posts": posts.authors, "likes_received": liked}


def _users(bucket: int, inputs: BucketInputs) -> Int64s:
    return int64s(inputs.read(USERS, ["user_id"], bucket)["user_id"])


def _partial_counts(bucket: int, inputs: BucketInputs) -> pa.Table:
    """How often each user is named by the follows of a bucket's followers, by its posts and by their likes."""
    follows, posts = follows_in(bucket, inputs), posts_in(bucket, inputs)
    authors = int64s(posts["author_id"])
    likes = numbers_of(int64s(posts["post_id"]), int64s(given_in(bucket, inputs, LIKES)["post_id"]))
    named = {
        "followers": (int64s(follows["followee_id"]),),
        "followees": (int64s(follows["follower_id"]),),
        "posts": (authors,),
        "likes_received": (authors, likes),
    }
    return pa.concat_tables(count_partially("user_id", fact, *named[name]) for fact, name in enumerate(COUNTS))


def _changed(bucket: int, inputs: BucketInputs) -> Chosen:
    """The followers who are gone or back or follow such, the posts that may name others, and what stands otherwise."""
    followers = touched.following_gone_or_back(bucket, inputs)
    posts = touched.posts_in(bucket, inputs, LIKES)
    return {FOLLOWS: followers, POSTS: posts, LIKES: touched.otherwise_in(bucket, inputs, LIKES)}


def _counted_before(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The counts as they were."""
    rows = inputs.own_before(PROFILE, ["user_id", *COUNTS], bucket)
    ids = int64s(rows["user_id"])
    return pa.concat_tables(
        count_partially("user_id", fact, ids, int64s(rows[name])) for fact, name in enumerate(COUNTS)
    )


def _unknown(bucket: int, inputs: BucketInputs) -> Int64s:
    """The users who never acted before, whom others may have followed."""
    users = inputs.choosing({USERS: inputs.touched(USERS.name, bucket)})
    now, before = (_users(bucket, one) for one in (users, users.as_before()))
    return np.setdiff1d(now, before, assume_unique=True)


def _toward(bucket: int, inputs: BucketInputs, users: Int64s) -> Chosen:
    """Those who follow such users, and the posts of these, which are new."""
    posts = inputs.touched(POSTS.name, bucket)
    return {POSTS: posts, LIKES: posts, FOLLOWS: touched.following(bucket, inputs, users)}


def _concerned(bucket: int, inputs: BucketInputs, users: Int64s) -> Chosen:
    """The followers and the posts of whom something changed, those who follow such users, and who acted."""
    followers = np.union1d(touched.followers_in(bucket, inputs), touched.following(bucket, inputs, users))
    posts = touched.posts_in(bucket, inputs, LIKES)
    return {FOLLOWS: followers, POSTS: posts, LIKES: posts, USERS: inputs.touched(USERS.name, bucket)}


def _touched(bucket: int, inputs: BucketInputs) -> Int64s:
    """The users who acted, as who is deactivated or comes back does too."""
    return inputs.touched(USERS.name, bucket)


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The relation's rows, which are in the view's order, with the counts."""
    rows = inputs.read(USERS, list(USERS.names), bucket)
    ids, is_active = int64s(rows["user_id"]), np.ones(rows.num_rows, np.bool_)
    leave_out(inactive_users(inputs), ids, is_active)
    rows = rows.append_column("is_active", flags(is_active))
    for name, numbers in zip(COUNTS, totals(ids, len(COUNTS), inputs.received(bucket), "user_id"), strict=True):
        rows = rows.append_column(name, arrow(numbers, pa.int64()))
    yield from rows.select(PROFILE.names).combine_chunks().to_batches(128 * 1024)


VIEW = BucketProjection(
    PROFILE,
    ("users", "follows", "posts", "likes", "deactivations"),
    _merge,
    exchange=Exchange(
        partial_counts("user_id"),
        _partial_counts,
        resending=Resending(_changed, _counted_before, _unknown, _toward, by_row=(FOLLOWS, LIKES)),
    ),
    touched=_touched,
    beside=(USERS,),
    counts=Counts(tuple(COUNTS), _facts, _users, elsewhere=("followers",), concerned=_concerned),
)

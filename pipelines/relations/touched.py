"""Touched: whom and what a batch concerns, beyond what its events name: the owners of rows that may stand otherwise."""

from functools import lru_cache

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, Int64s, int64s
from pipelines.differences import NUMBER, added_up
from pipelines.inputs import BucketInputs
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.members import among, ids_of
from pipelines.relations.posts import POSTS
from pipelines.relations.standing import BOTH, active_in, inactive_users
from pipelines.tables import Table


def gone_or_back(inputs: BucketInputs) -> Int64s:
    """The users who are deactivated and were not, or were and are not, ascending."""
    return np.setxor1d(ids_of(inactive_users(inputs)), ids_of(inactive_users(inputs.as_before())), assume_unique=True)


def gone_or_back_in(bucket: int, inputs: BucketInputs) -> Int64s:
    """Those of a bucket."""
    users = gone_or_back(inputs)
    found: Int64s = users[users % inputs.buckets == bucket]
    return found


def followers_in(bucket: int, inputs: BucketInputs) -> Int64s:
    """The followers of a bucket of whose standing follows something may have changed."""
    return np.union1d(inputs.touched(FOLLOWS.name, bucket), following_gone_or_back(bucket, inputs))


def following_gone_or_back(bucket: int, inputs: BucketInputs) -> Int64s:
    """The followers of a bucket who are gone or back, or ever followed a user who is."""
    return following(bucket, inputs, gone_or_back(inputs))


def follows_changed(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The follows of a bucket's followers that stand and did not, with the number 1, or stood and do not, with -1.

    Of such as have a user who is gone or back not all are told.
    """
    told = inputs.differences(FOLLOWS.name, bucket)
    rows = active_in(told.filter(told["holds"]), inactive_users(inputs), *BOTH)
    return added_up(rows.select([*FOLLOWS.key, NUMBER]))


def following(bucket: int, inputs: BucketInputs, users: Int64s) -> Int64s:
    """The followers of a bucket who are among these users, or ever followed one of them."""
    if not len(users):
        return users
    found = [users[:0]]
    for place in inputs.of(FOLLOWS, bucket):
        followers, followees = map(int64s, inputs.open(place, ["follower_id", "followee_id"]).columns)
        found.append(followers[_any(users, followers, followees)])
    return np.unique(np.concatenate(found))


def posts_in(bucket: int, inputs: BucketInputs, *facts: Table) -> Int64s:
    """The posts of a bucket that may stand otherwise, or of whose standing facts something may have changed."""
    told = [inputs.touched(table.name, bucket) for table in facts]
    return np.unique(np.concatenate([otherwise_in(bucket, inputs, *facts), *told]))


def otherwise_in(bucket: int, inputs: BucketInputs, *facts: Table) -> Int64s:
    """The posts of a bucket that may stand otherwise, or which somebody gave these facts who is gone, or is back."""
    found, users = [inputs.touched(POSTS.name, bucket)], gone_or_back(inputs)
    if len(users):
        for table, column in ((POSTS, "author_id"), *((fact, "user_id") for fact in facts)):
            rows = inputs.read(table, ["post_id", column], bucket)
            found.append(int64s(rows["post_id"])[among(int64s(rows[column]), users)])
    return np.unique(np.concatenate(found))


def replies_in(bucket: int, inputs: BucketInputs, posts: Int64s) -> Int64s:
    """The posts of a bucket that answer some posts, which ascend."""
    if not len(posts):
        return posts
    rows = inputs.read(POSTS, ["post_id", "reply_to_post_id"], bucket)
    rows = rows.filter(rows["reply_to_post_id"].is_valid())
    return int64s(rows["post_id"])[among(int64s(rows["reply_to_post_id"]), posts)]


@lru_cache(maxsize=1)
def with_other_authors(inputs: BucketInputs) -> Int64s:
    """The posts of all buckets whose author is another one than before, or was not known, ascending."""
    found = [inputs.changed(POSTS, bucket, ["author_id"]) for bucket in range(inputs.buckets)]
    return np.sort(np.concatenate(found))


def _any(users: Int64s, *columns: Int64s) -> Bools:
    found: Bools = np.logical_or.reduce([among(column, users) for column in columns])
    return found

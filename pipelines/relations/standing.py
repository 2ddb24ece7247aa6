"""The facts that stand: what was not withdrawn, by users who are not deactivated, on posts that stand."""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, bools, flags, int64s
from pipelines.inputs import BucketInputs
from pipelines.projections import Frames
from pipelines.relations.deactivations import DEACTIVATIONS
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.members import Members, leave_out, members_of
from pipelines.relations.posts import POSTS
from pipelines.tables import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


BOTH = ("follower_id", "followee_id")
"""Who is to be active so that a follow stands."""


def of_active(frames: Frames, rows: "DataFrame", *users: str) -> "DataFrame":
    """The rows in which none of the users (names of columns) is deactivated."""
    from pyspark.sql import functions as F

    inactive = frames["deactivations"].where("holds")
    for user in users:
        rows = rows.join(inactive.select(F.col("user_id").alias(user)), user, "left_anti")
    return rows


def standing_posts(frames: Frames) -> "DataFrame":
    """The posts that are neither deleted nor by a deactivated author."""
    return of_active(frames, frames["posts"].where("NOT deleted"), "author_id")


def inactive_users(inputs: BucketInputs) -> Members:
    """The ids of all deactivated users."""
    return _inactive(inputs.of(DEACTIVATIONS), inputs.open)


@lru_cache(maxsize=2)
def _inactive(files: tuple[str, ...], read: Callable[[str, list[str]], pa.Table]) -> Members:
    """Cached, as they are and as they were: every task needs all files of the relation, and data files never change."""
    found = (read(file, ["user_id", "holds"]) for file in files)
    gone = (int64s(rows.filter(rows["holds"])["user_id"]) for rows in found)
    return members_of(np.concatenate([np.empty(0, np.int64), *gone]))


def active_in(rows: pa.Table, inactive: Members, *users: str) -> pa.Table:
    """The rows in which none of the users (names of columns) is among the inactive ones."""
    return _standing(rows, np.ones(rows.num_rows, np.bool_), inactive, *users)


def posts_in(bucket: int, inputs: BucketInputs, *columns: str) -> pa.Table:
    """The standing posts of a bucket, by id: post_id, author_id and these columns."""
    names = list(dict.fromkeys(("post_id", "author_id", *columns)))
    posts = inputs.read(POSTS, [*names, "deleted"], bucket)
    return _standing(posts.select(names), ~bools(posts["deleted"]), inactive_users(inputs), "author_id")


def follows_in(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The standing follows of a bucket's followers, by follower: follower_id, followee_id, event_time."""
    return _holding(bucket, inputs, FOLLOWS, BOTH, "event_time")


def followees_in(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The standing follows of a bucket's followers, by follower: follower_id, followee_id."""
    return _holding(bucket, inputs, FOLLOWS, BOTH)


def given_in(bucket: int, inputs: BucketInputs, facts: Table) -> pa.Table:
    """The `likes` or `reposts` by active users of a bucket's posts, by post: post_id, user_id, event_time.

    The post may not stand.
    """
    return _holding(bucket, inputs, facts, ("user_id",), "event_time")


def _holding(bucket: int, inputs: BucketInputs, facts: Table, users: tuple[str, ...], *columns: str) -> pa.Table:
    """The key and these columns of a bucket's facts that hold, by active users."""
    names = [*facts.key, *columns]
    found = inputs.read(facts, [*names, "holds"], bucket)
    return _standing(found.select(names), bools(found["holds"]).copy(), inactive_users(inputs), *users)


def _standing(rows: pa.Table, stands: Bools, inactive: Members, *users: str) -> pa.Table:
    """The rows that stand, in which no user is inactive; the same table when all do."""
    for user in users:
        leave_out(inactive, int64s(rows[user]), stands)
    return rows if stands.all() else rows.filter(flags(stands))

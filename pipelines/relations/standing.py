"""The facts that stand: what was not withdrawn, by users who are not deactivated, on posts that stand."""

from collections.abc import Callable
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.projections import BucketInputs, Frames
from pipelines.relations.deactivations import DEACTIVATIONS
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.posts import POSTS
from pipelines.tables import Table


def of_active(frames: Frames, rows: DataFrame, *users: str) -> DataFrame:
    """The rows in which none of the users (names of columns) is deactivated."""
    inactive = frames["deactivations"].where("holds")
    for user in users:
        rows = rows.join(inactive.select(F.col("user_id").alias(user)), user, "left_anti")
    return rows


def standing_posts(frames: Frames) -> DataFrame:
    """The posts that are neither deleted nor by a deactivated author."""
    return of_active(frames, frames["posts"].where("NOT deleted"), "author_id")


def standing_follows(frames: Frames) -> DataFrame:
    """The follows between users of whom neither is deactivated."""
    return of_active(frames, frames["follows"].where("holds"), "follower_id", "followee_id")


def given_on_posts(frames: Frames, fact: str) -> DataFrame:
    """The `likes` or `reposts` by active users; the post may not stand."""
    return of_active(frames, frames[fact].where("holds"), "user_id")


def standing_on_posts(frames: Frames, fact: str) -> DataFrame:
    """The `likes` or `reposts` by active users of posts that stand, with the post's author_id."""
    return given_on_posts(frames, fact).join(standing_posts(frames).select("post_id", "author_id"), "post_id")


def inactive_users(inputs: BucketInputs) -> pa.Array:
    """The ids of all deactivated users."""
    return _inactive(inputs.of(DEACTIVATIONS), inputs.open)


@lru_cache(maxsize=1)
def _inactive(files: tuple[str, ...], read: Callable[[str, list[str]], pa.Table]) -> pa.Array:
    """Kept, as there is a file for each bucket and every bucket's task asks; data files never change."""
    found = [read(file, ["user_id", "holds"]).filter(pc.field("holds"))["user_id"] for file in files]
    return pa.chunked_array([chunk for column in found for chunk in column.chunks], pa.int64()).combine_chunks()


def active_in(rows: pa.Table, inactive: pa.Array, *users: str) -> pa.Table:
    """The rows in which none of the users (names of columns) is among the inactive ones."""
    for user in users if len(inactive) else ():
        rows = rows.filter(pc.invert(pc.is_in(rows[user], inactive)))
    return rows


def posts_in(bucket: int, inputs: BucketInputs, *columns: str) -> pa.Table:
    """The standing posts of a bucket, by id: post_id, author_id and these columns."""
    names = list(dict.fromkeys(("post_id", "author_id", *columns)))
    posts = inputs.read(POSTS, [*names, "deleted"], bucket).filter(~pc.field("deleted")).select(names)
    return active_in(posts, inactive_users(inputs), "author_id")


def follows_in(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The standing follows of a bucket's followers, by follower: follower_id, followee_id, event_time."""
    follows = _holding(bucket, inputs, FOLLOWS)
    return active_in(follows, inactive_users(inputs), "follower_id", "followee_id").combine_chunks()


def given_in(bucket: int, inputs: BucketInputs, facts: Table, posts: pa.Table, *columns: str) -> pa.Table:
    """The `likes` or `reposts` by active users of these posts of a bucket: post_id, user_id, event_time, author_id.

    They also have these columns of the posts.
    """
    given = active_in(_holding(bucket, inputs, facts), inactive_users(inputs), "user_id")
    places = places_in(posts, given["post_id"])
    given, places = given.filter(pc.is_valid(places)), places.drop_null()
    for name in ("author_id", *columns):
        given = given.append_column(name, posts[name].take(places))
    return given


def places_in(posts: pa.Table, ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where the posts of these ids are among others, null where they are not."""
    return pc.index_in(ids, posts["post_id"].combine_chunks())


def _holding(bucket: int, inputs: BucketInputs, facts: Table) -> pa.Table:
    """The key and the time of a bucket's facts that hold."""
    columns = [*facts.key, "event_time"]
    return inputs.read(facts, [*columns, "holds"], bucket).filter(pc.field("holds")).select(columns)

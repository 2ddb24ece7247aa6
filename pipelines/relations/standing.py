"""The facts that stand: what was not withdrawn, by users who are not deactivated, on posts that stand."""

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.projections import BucketInputs, Frames
from pipelines.relations.deactivations import DEACTIVATIONS
from pipelines.relations.follows import FOLLOWS


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
    return inputs.read(DEACTIVATIONS, ["user_id", "holds"]).filter(pc.field("holds"))["user_id"].combine_chunks()


def follows_in(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The standing follows of a bucket's followers, by follower: follower_id, followee_id, event_time."""
    columns = ["follower_id", "followee_id", "event_time"]
    follows = inputs.read(FOLLOWS, [*columns, "holds"], bucket).filter(pc.field("holds")).select(columns)
    inactive = inactive_users(inputs)
    if len(inactive):
        for user in columns[:2]:
            follows = follows.filter(pc.invert(pc.is_in(follows[user], inactive)))
    return follows.combine_chunks()

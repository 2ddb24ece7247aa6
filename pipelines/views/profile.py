"""One row for every user who ever acted: names, and counts of standing facts."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.projections import BucketInputs, BucketProjection, Facts, Frames, Spread
from pipelines.relations.likes import LIKES
from pipelines.relations.standing import (
    follows_in,
    given_in,
    inactive_users,
    posts_in,
    standing_follows,
    standing_on_posts,
    standing_posts,
)
from pipelines.relations.tallies import tallies, tally, totals
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


def _by_user(facts: DataFrame, of: str) -> DataFrame:
    """For each fact the user of that column, as user_id."""
    return facts.select(F.col(of).alias("user_id"))


def _followers(frames: Frames) -> DataFrame:
    """For each standing follow the followee, who may never have acted and then has no row."""
    return _by_user(standing_follows(frames), "followee_id").join(frames["users"], "user_id", "left_semi")


FACTS: dict[str, Facts] = {
    "followers": _followers,
    "followees": lambda frames: _by_user(standing_follows(frames), "follower_id"),
    "posts": lambda frames: _by_user(standing_posts(frames), "author_id"),
    "likes_received": lambda frames: _by_user(standing_on_posts(frames, "likes").drop("user_id"), "author_id"),
}


def _tallies(bucket: int, inputs: BucketInputs) -> pa.Table:
    """How often each user is named by the follows of a bucket's followers, by its posts and by their likes."""
    follows, posts = follows_in(bucket, inputs), posts_in(bucket, inputs)
    named = {
        "followers": follows["followee_id"],
        "followees": follows["follower_id"],
        "posts": posts["author_id"],
        "likes_received": given_in(bucket, inputs, LIKES, posts)["author_id"],
    }
    return pa.concat_tables(tally("user_id", name, ids) for name, ids in named.items())


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The relation's rows, which are in the view's order, with the counts."""
    rows, named = inputs.read(USERS, list(USERS.names), bucket), inputs.arrived(bucket)
    for name in COUNTS:
        rows = rows.append_column(name, totals(rows["user_id"], name, named, "user_id"))
    is_active = pc.invert(pc.is_in(rows["user_id"], inactive_users(inputs)))
    yield from rows.append_column("is_active", is_active).select(PROFILE.names).combine_chunks().to_batches(128 * 1024)


VIEW = BucketProjection(
    PROFILE,
    ("users", "follows", "posts", "likes", "deactivations"),
    _merge,
    spread=Spread(tallies("user_id"), _tallies),
    counts=FACTS,
)

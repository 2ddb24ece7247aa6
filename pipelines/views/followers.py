"""Who follows each user."""

from collections.abc import Iterator

import pyarrow as pa

from pipelines.arrays import arrow, int64s
from pipelines.inputs import BucketInputs
from pipelines.projections import BucketProjection, Chosen, Exchange, Resending, no_more
from pipelines.relations import touched
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.standing import follows_in
from pipelines.sorting import order_by
from pipelines.tables import Column, Table

FOLLOWERS = Table(
    "followers",
    (
        Column("user_id", "bigint", "who is followed"),
        Column("follower_id", "bigint", "who follows"),
        Column("since", "timestamp", "time of the last `followed`"),
    ),
    key=("user_id", "follower_id"),
    description="The standing follows, by who is followed.",
    bucket_by="user_id",
    grows=True,
)


def _followed(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The standing follows of a bucket's followers."""
    return (
        follows_in(bucket, inputs).select(["followee_id", "follower_id", "event_time"]).rename_columns(FOLLOWERS.names)
    )


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """What arrives, by user and follower."""
    follows = inputs.received(bucket)
    order = order_by(int64s(follows["user_id"]), int64s(follows["follower_id"]))
    yield from follows.take(arrow(order, pa.int32())).combine_chunks().to_batches(512 * 1024)


def _followers(bucket: int, inputs: BucketInputs) -> Chosen:
    return {FOLLOWS: touched.following_gone_or_back(bucket, inputs)}


def _stood(bucket: int, inputs: BucketInputs) -> pa.Table:
    return inputs.own_before(FOLLOWERS, list(FOLLOWERS.names), bucket)


VIEW = BucketProjection(
    FOLLOWERS,
    ("follows", "deactivations"),
    _merge,
    exchange=Exchange(FOLLOWERS.arrow, _followed, resending=Resending(_followers, _stood, by_row=(FOLLOWS,))),
    touched=no_more,
    row_by_row=True,
)

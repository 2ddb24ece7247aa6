"""How often each standing post is liked, reposted and replied to."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.projections import BucketInputs, BucketProjection, Facts, Frames, Spread
from pipelines.relations.likes import LIKES
from pipelines.relations.reposts import REPOSTS
from pipelines.relations.standing import given_in, posts_in, standing_on_posts, standing_posts
from pipelines.relations.tallies import tallies, tally, totals
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
)


def _replies(frames: Frames) -> DataFrame:
    """Each standing reply to a standing post, with the post's id."""
    posts = standing_posts(frames)
    answered = posts.where(F.col("reply_to_post_id").isNotNull()).select(F.col("reply_to_post_id").alias("post_id"))
    return answered.join(posts.select("post_id"), "post_id", "left_semi")


FACTS: dict[str, Facts] = {
    "likes": lambda frames: standing_on_posts(frames, "likes").select("post_id"),
    "reposts": lambda frames: standing_on_posts(frames, "reposts").select("post_id"),
    "replies": _replies,
}
GIVEN = {"likes": LIKES, "reposts": REPOSTS}


def _answered(bucket: int, inputs: BucketInputs) -> pa.Table:
    """How often the standing posts of a bucket answer each post, standing or not."""
    answered = posts_in(bucket, inputs, "reply_to_post_id")["reply_to_post_id"]
    return tally("post_id", "replies", answered.drop_null())


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The standing posts, by id, with the numbers of their facts, which are in the same bucket."""
    posts, named = posts_in(bucket, inputs), [inputs.arrived(bucket)]
    for name, facts in GIVEN.items():
        named.append(tally("post_id", name, given_in(bucket, inputs, facts, posts)["post_id"]))
    stats, tallied = posts, pa.concat_tables(named)
    for name in FACTS:
        stats = stats.append_column(name, totals(posts["post_id"], name, tallied, "post_id"))
    yield from stats.combine_chunks().to_batches(512 * 1024)


VIEW = BucketProjection(
    POST_STATS,
    ("posts", "likes", "reposts", "deactivations"),
    _merge,
    spread=Spread(tallies("post_id"), _answered),
    counts=FACTS,
)

"""How often each standing post is liked, reposted and replied to."""

from functools import reduce

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.arrays import arrow, flags, int64s
from pipelines.merge.lookup import find, lookup_of
from pipelines.policy import Policy
from pipelines.projections import Facts, Frames, Projection
from pipelines.relations.standing import given_on_posts, standing_on_posts, standing_posts
from pipelines.tables import Column, Table

POST = 0

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


def _answered(frames: Frames) -> DataFrame:
    """The post that each standing reply answers, standing or not."""
    return standing_posts(frames).where("reply_to_post_id IS NOT NULL").withColumn("post_id", F.col("reply_to_post_id"))


COUNTED: dict[str, Facts] = {
    "likes": lambda frames: given_on_posts(frames, "likes"),
    "reposts": lambda frames: given_on_posts(frames, "reposts"),
    "replies": _answered,
}
"""The facts before it is known which of the posts stand: that is cheap to see where a bucket's rows are together."""


def _build(frames: Frames) -> DataFrame:
    """The standing posts, and the post of each fact: `kind` is POST, or else the fact's place in COUNTED, from 1 on."""
    facts = (made(frames).select("post_id", F.lit(None).cast("bigint").alias("author_id")) for made in COUNTED.values())
    rows = (standing_posts(frames).select("post_id", "author_id"), *facts)
    kinds = (of.withColumn("kind", F.lit(kind).cast("bigint")) for kind, of in enumerate(rows, POST))
    return reduce(DataFrame.unionByName, kinds)


def _fold(rows: pa.Table, _: Policy) -> pa.Table:
    """Each standing post, by id, with the numbers of its facts."""
    kinds, ids = int64s(rows["kind"]), int64s(rows["post_id"])
    stats = rows.filter(flags(kinds == POST)).drop_columns(["kind"]).sort_by("post_id")
    index = lookup_of(int64s(stats["post_id"]))
    for kind, name in enumerate(COUNTED, POST + 1):
        found = find(index, ids[kinds == kind])
        counts = np.bincount(found[found >= 0], minlength=stats.num_rows)
        stats = stats.append_column(name, arrow(counts, pa.int64()))
    return stats


VIEW = Projection(POST_STATS, ("posts", "likes", "reposts", "deactivations"), _build, fold=_fold, counts=FACTS)

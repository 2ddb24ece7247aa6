"""What each user posted, replied and reposted, newest first: what the newsfeed merges."""

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.policy import Policy
from pipelines.projections import Frames, Projection
from pipelines.relations.arrays import flags, numbers
from pipelines.relations.standing import given_on_posts, standing_posts
from pipelines.sorting import order_by
from pipelines.tables import Column, Table

KINDS = ("post", "reply", "repost")
REPOST = KINDS.index("repost")

TIMELINES = Table(
    "timelines",
    (
        Column("user_id", "bigint", "whose timeline: the author, or the reposter"),
        Column("entered_at", "timestamp", "when it was posted, or reposted"),
        Column("post_id", "bigint", "the post"),
        Column("kind", "string", "post, reply or repost"),
        Column("author_id", "bigint", "who wrote the post"),
        Column("posted_at", "timestamp", "when the post was posted"),
        Column("is_reply", "boolean", "whether the post is a reply"),
        Column("parent_author_id", "bigint", "the author of the post that it answers, if ever seen", nullable=True),
    ),
    key=("user_id", "post_id", "kind"),
    description="Every standing post and every standing repost of one, by whose timeline it is in.",
    bucket_by="user_id",
    order=("user_id", "-entered_at", "-post_id", "kind"),
)


def with_parent_author(frames: Frames, posts: DataFrame) -> DataFrame:
    """The posts with the `parent_author_id` of those that answer a post ever seen, deleted or not."""
    parents = frames["posts"].select(
        F.col("post_id").alias("reply_to_post_id"), F.col("author_id").alias("parent_author_id")
    )
    return posts.join(parents, "reply_to_post_id", "left")


def _build(frames: Frames) -> DataFrame:
    """The rows with `is_repost`, which with `is_reply` tells the kind."""
    known = with_parent_author(frames, standing_posts(frames))
    is_reply = F.col("reply_to_post_id").isNotNull().alias("is_reply")
    posts = known.select("post_id", "author_id", "posted_at", is_reply, "parent_author_id")
    written = posts.select(
        F.col("author_id").alias("user_id"),
        F.col("posted_at").alias("entered_at"),
        F.lit(False).alias("is_repost"),
        *posts.columns,
    )
    reposts = given_on_posts(frames, "reposts").select("post_id", "user_id", F.col("event_time").alias("entered_at"))
    passed_on = reposts.join(posts, "post_id").withColumn("is_repost", F.lit(True))
    return written.unionByName(passed_on)


def _fold(rows: pa.Table, _: Policy) -> pa.Table:
    is_repost = flags(rows, "is_repost")
    kinds = np.where(is_repost, REPOST, flags(rows, "is_reply").astype(np.int8))
    columns = [numbers(rows, name) for name in ("user_id", "entered_at", "post_id")]
    order = order_by(*columns, kinds.astype(np.int64), descending=(1, 2))
    names = pa.DictionaryArray.from_arrays(pa.array(kinds[order].astype(np.int8)), list(KINDS))
    return rows.take(pa.array(order)).drop_columns(["is_repost"]).append_column("kind", names)


RELATION = Projection(TIMELINES, ("posts", "reposts", "deactivations"), _build, fold=_fold)

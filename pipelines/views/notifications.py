"""What others did that concerns a user, newest first."""

from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.checks import Check, at_most, in_order, numbered
from pipelines.merge.positions import with_positions
from pipelines.policy import Policy
from pipelines.projections import Frames, Projection
from pipelines.relations.arrays import numbers
from pipelines.relations.standing import of_active, standing_follows, standing_on_posts, standing_posts
from pipelines.relations.timelines import with_parent_author
from pipelines.sorting import order_by
from pipelines.tables import Column, Table

KINDS = ("followed", "liked", "mentioned", "replied", "reposted")  # in alphabetical order, as they are sorted
NEWEST_FIRST = ("-notified_at", "kind", "actor_id", "-post_id")

NOTIFICATIONS = Table(
    "notifications",
    (
        Column("user_id", "bigint", "who is notified"),
        Column("position", "int", "1 is the newest"),
        Column("kind", "string", "followed, liked, mentioned, replied or reposted"),
        Column("actor_id", "bigint", "who did it"),
        Column("post_id", "bigint", "the reply, or the post liked, reposted or with the mention", nullable=True),
        Column("notified_at", "timestamp", "when it was done"),
    ),
    key=("user_id", "position"),
    description="What others did that concerns a user, newest first, at most `cap` entries.",
    bucket_by="user_id",
)


def _checks(policy: Policy) -> tuple[Check, ...]:
    return (numbered("user_id"), in_order("user_id", *NEWEST_FIRST), at_most("position", policy.cap))


def _done(kind: str, facts: DataFrame, user: str, actor: str, post: str | None, time: str) -> DataFrame:
    """Facts as notifications of a kind, which stands as its number; the names of the columns say what is what."""
    post_id = F.lit(None).cast("bigint") if post is None else F.col(post)
    return facts.select(
        F.col(user).alias("user_id"),
        F.lit(KINDS.index(kind)).cast("bigint").alias("kind"),
        F.col(actor).alias("actor_id"),
        post_id.alias("post_id"),
        F.col(time).alias("notified_at"),
    )


def _mentions(posts: DataFrame) -> DataFrame:
    """Each user whom a post mentions, once, except whom it answers."""
    mentions = posts.withColumn("mentioned_id", F.explode(F.array_distinct("mentioned_ids")))
    return mentions.where(~F.col("mentioned_id").eqNullSafe(F.col("parent_author_id")))


def _build(frames: Frames) -> DataFrame:
    posts = with_parent_author(frames, standing_posts(frames).drop("text"))
    replies = posts.where(F.col("parent_author_id").isNotNull())
    likes, reposts = standing_on_posts(frames, "likes"), standing_on_posts(frames, "reposts")
    done = (
        _done("followed", standing_follows(frames), "followee_id", "follower_id", None, "event_time"),
        _done("liked", likes, "author_id", "user_id", "post_id", "event_time"),
        _done("mentioned", _mentions(posts), "mentioned_id", "author_id", "post_id", "posted_at"),
        _done("replied", replies, "parent_author_id", "author_id", "post_id", "posted_at"),
        _done("reposted", reposts, "author_id", "user_id", "post_id", "event_time"),
    )
    by_others = reduce(DataFrame.unionByName, done).where(F.col("user_id") != F.col("actor_id"))
    hides = frames["hides"].withColumnRenamed("hidden_id", "actor_id")
    return of_active(frames, by_others, "user_id").join(hides, ["user_id", "actor_id"], "left_anti")


def _fold(rows: pa.Table, policy: Policy) -> pa.Table:
    """The newest of each user, with positions and the names of the kinds."""
    rows = rows.set_column(rows.schema.get_field_index("post_id"), "post_id", pc.fill_null(rows["post_id"], 0))
    columns = [numbers(rows, name) for name in ("user_id", "notified_at", "kind", "actor_id", "post_id")]
    ordered = with_positions(rows.take(pa.array(order_by(*columns, descending=(1, 4)))), "user_id", policy.cap)
    kinds = pa.array(KINDS).take(ordered["kind"])
    posts = pc.if_else(pc.equal(ordered["post_id"], 0), None, ordered["post_id"])
    return ordered.drop_columns(["kind", "post_id"]).append_column("kind", kinds).append_column("post_id", posts)


VIEW = Projection(
    NOTIFICATIONS, ("follows", "posts", "likes", "reposts", "hides", "deactivations"), _build, _checks, fold=_fold
)

"""What others did that concerns a user, newest first."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.checks import Check, at_most, in_order, numbered
from pipelines.policy import Policy
from pipelines.projections import Frames, Projection
from pipelines.relations.standing import of_active, standing_follows, standing_on_posts, standing_posts
from pipelines.tables import Column, Table

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
    """Facts as notifications of a kind; the names of the columns say what is what."""
    post_id = F.lit(None).cast("bigint") if post is None else F.col(post)
    return facts.select(
        F.col(user).alias("user_id"),
        F.lit(kind).alias("kind"),
        F.col(actor).alias("actor_id"),
        post_id.alias("post_id"),
        F.col(time).alias("notified_at"),
    )


def _mentions(posts: DataFrame) -> DataFrame:
    """Each user whom a post mentions, once, except whom it answers."""
    mentions = posts.withColumn("mentioned_id", F.explode(F.array_distinct("mentioned_ids")))
    return mentions.where(~F.col("mentioned_id").eqNullSafe(F.col("parent_author_id")))


def _build(frames: Frames) -> DataFrame:
    posts = standing_posts(frames)
    replies = posts.where(F.col("parent_author_id").isNotNull())
    given = {"liked": standing_on_posts(frames, "likes"), "reposted": standing_on_posts(frames, "reposts")}
    done = (
        _done("followed", standing_follows(frames), "followee_id", "follower_id", None, "event_time")
        .unionByName(_done("replied", replies, "parent_author_id", "author_id", "post_id", "posted_at"))
        .unionByName(_done("mentioned", _mentions(posts), "mentioned_id", "author_id", "post_id", "posted_at"))
    )
    for kind, facts in given.items():
        done = done.unionByName(_done(kind, facts, "author_id", "user_id", "post_id", "event_time"))
    by_others = of_active(frames, done.where(F.col("user_id") != F.col("actor_id")), "user_id")
    hides = frames["hides"].withColumnRenamed("hidden_id", "actor_id")
    return by_others.join(hides, ["user_id", "actor_id"], "left_anti")


VIEW = Projection(
    NOTIFICATIONS,
    ("follows", "posts", "likes", "reposts", "hides", "deactivations"),
    _build,
    _checks,
    ranked=("user_id", *NEWEST_FIRST),
)

"""Every post ever seen: its first `posted` with its author's last edit, whether it stands, and whose it answers."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.projections import Frames, Projection
from pipelines.relations.facts import last_given, order_key
from pipelines.tables import Column, Table

POSTS = Table(
    "posts",
    (
        Column("post_id", "bigint", "the post"),
        Column("author_id", "bigint", "who wrote it: the actor of the first `posted` of this id"),
        Column("posted_at", "timestamp", "when it was posted"),
        Column("text", "string", "what it says since its last edit; null when it is deleted", nullable=True),
        Column("edited_at", "timestamp", "when its author last edited it", nullable=True),
        Column("languages", "array<string>", "its languages; null when none were given", nullable=True),
        Column("reply_to_post_id", "bigint", "the post that it answers", nullable=True),
        Column("parent_author_id", "bigint", "the author of the post that it answers, if ever seen", nullable=True),
        Column("mentioned_ids", "array<bigint>", "the users whom it mentions; null when it is deleted", nullable=True),
        Column("stands", "boolean", "whether its author has neither deleted it nor is deactivated"),
    ),
    key=("post_id",),
    description="Every post of which a `posted` was ever seen.",
    bucket_by="post_id",
)


def _first_posted(events: DataFrame) -> DataFrame:
    """The least `posted` of each post by (event_time, event_id); nearly all posts have but one."""
    posted = events.where(F.col("event_type") == "posted").withColumnRenamed("actor_id", "author_id")
    several = posted.groupBy("post_id").count().where("count > 1").select("post_id")
    contested = posted.join(several, "post_id", "left_semi").withColumn("order", order_key())
    least = contested.groupBy("post_id").agg(F.min("order").alias("order"))
    first = contested.join(least, ["post_id", "order"], "left_semi").drop("order")
    return posted.join(several, "post_id", "left_anti").unionByName(first)


def _edits(events: DataFrame, first: DataFrame) -> DataFrame:
    """The last text that its author gave to each post after the `posted`, and when; other edits do nothing."""
    edits = events.where(F.col("event_type") == "post_edited")
    edits = edits.select("post_id", F.col("actor_id").alias("author_id"), "event_time", "event_id", "text")
    posted = first.select(
        "post_id", "author_id", F.col("event_time").alias("posted_at"), F.col("event_id").alias("posted_id")
    )
    same_time = (F.col("event_time") == F.col("posted_at")) & (F.col("event_id") > F.col("posted_id"))
    later = edits.join(posted, ["post_id", "author_id"]).where((F.col("event_time") > F.col("posted_at")) | same_time)
    last = last_given("text").alias("edited_text")
    return later.groupBy("post_id").agg(last, F.max("event_time").alias("edited_at"))


def _deletions(events: DataFrame) -> DataFrame:
    """Whose deletions of which post were ever seen; only the author's count, whatever their time."""
    deleted = events.where(F.col("event_type") == "post_deleted")
    return deleted.select("post_id", F.col("actor_id").alias("author_id"), F.lit(True).alias("deleted")).distinct()


def _inactive(frames: Frames) -> DataFrame:
    """The deactivated users, as authors."""
    inactive = frames["deactivations"].where("holds")
    return inactive.select(F.col("user_id").alias("author_id"), F.lit(True).alias("inactive"))


def _build(frames: Frames) -> DataFrame:
    events = frames["events"]
    first = _first_posted(events)
    parents = first.select(F.col("post_id").alias("reply_to_post_id"), F.col("author_id").alias("parent_author_id"))
    known = (
        first.join(_deletions(events), ["post_id", "author_id"], "left")
        .join(_inactive(frames), "author_id", "left")
        .join(_edits(events, first), "post_id", "left")
        .join(parents, "reply_to_post_id", "left")
    )
    kept = F.col("deleted").isNull()
    return known.select(
        "post_id",
        "author_id",
        F.col("event_time").alias("posted_at"),
        F.when(kept, F.coalesce("edited_text", "text")).alias("text"),
        F.when(kept, F.col("edited_at")).alias("edited_at"),
        F.when(kept & (F.size("languages") > 0), F.col("languages")).alias("languages"),
        "reply_to_post_id",
        "parent_author_id",
        F.when(kept, F.col("mentioned_ids")).alias("mentioned_ids"),
        (kept & F.col("inactive").isNull()).alias("stands"),
    )


RELATION = Projection(POSTS, ("events", "deactivations"), _build)

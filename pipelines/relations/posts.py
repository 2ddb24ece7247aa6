"""Every post ever seen: its first `posted`, with its author's last edit, and whether it was deleted."""

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.compiled import compiled
from pipelines.policy import Policy
from pipelines.projections import Frames, Projection
from pipelines.relations.arrays import Flags, Texts, is_before, numbers, texts
from pipelines.relations.facts import grouped
from pipelines.sorting import Numbers, Order
from pipelines.tables import Column, Table

POSTED, EDITED, DELETED = range(3)
TYPES = {"posted": POSTED, "post_edited": EDITED, "post_deleted": DELETED}

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
        Column("mentioned_ids", "array<bigint>", "the users whom it mentions", nullable=True),
        Column("deleted", "boolean", "whether its author has deleted it"),
    ),
    key=("post_id",),
    description="Every post of which a `posted` was ever seen; its author may be deactivated.",
    bucket_by="post_id",
)


def _build(frames: Frames) -> DataFrame:
    """All that was ever said of a post."""
    events = frames["events"].where(F.col("event_type").isin(*TYPES))
    kind = F.lit(DELETED)
    for name, number in TYPES.items():
        kind = F.when(F.col("event_type") == name, F.lit(number)).otherwise(kind)
    return events.select(
        "post_id",
        kind.cast("bigint").alias("kind"),
        F.col("actor_id").alias("author_id"),
        "event_time",
        "event_id",
        "text",
        F.when(F.size("languages") > 0, F.col("languages")).alias("languages"),
        "reply_to_post_id",
        "mentioned_ids",
    )


def _fold(rows: pa.Table, _: Policy) -> pa.Table:
    """Each post that has a `posted`, by id."""
    ids = numbers(rows, "post_id")
    order, starts = grouped(ids)
    posts = len(starts) - 1
    first, edit, deleted = np.empty(posts, np.int32), np.empty(posts, np.int32), np.empty(posts, np.bool_)
    actors, times = numbers(rows, "author_id"), numbers(rows, "event_time")
    _decide(order, starts, numbers(rows, "kind"), actors, times, texts(rows, "event_id"), first, edit, deleted)
    seen = first >= 0
    first, edit, deleted = first[seen], edit[seen], deleted[seen]
    said = np.where(edit >= 0, edit, first)
    found = rows.take(pa.array(first))
    return pa.Table.from_pydict(
        {
            "post_id": found["post_id"],
            "author_id": found["author_id"],
            "posted_at": found["event_time"],
            "text": rows["text"].take(pa.array(said, mask=deleted)),
            "edited_at": rows["event_time"].take(pa.array(edit, mask=deleted | (edit < 0))),
            "languages": found["languages"],
            "reply_to_post_id": found["reply_to_post_id"],
            "mentioned_ids": found["mentioned_ids"],
            "deleted": pa.array(deleted),
        }
    )


@compiled
def _decide(
    order: Order, starts: Numbers, kinds: Numbers, actors: Numbers, times: Numbers, ids: Texts,
    first: Order, edit: Order, deleted: Flags,
) -> None:  # fmt: skip
    """Write for each post its first `posted` or -1, its author's last edit after that or -1, and whether it is deleted.

    A deletion by the author counts whatever its time.
    """
    for post in range(len(first)):
        first[post], edit[post], deleted[post] = -1, -1, False
        for place in range(starts[post], starts[post + 1]):
            row = order[place]
            if kinds[row] == POSTED and (first[post] < 0 or is_before(times, ids, row, first[post])):
                first[post] = row
        if first[post] < 0:
            continue
        for place in range(starts[post], starts[post + 1]):
            row = order[place]
            if actors[row] != actors[first[post]]:
                continue
            if kinds[row] == DELETED:
                deleted[post] = True
            elif kinds[row] == EDITED and is_before(times, ids, first[post] if edit[post] < 0 else edit[post], row):
                edit[post] = row


RELATION = Projection(POSTS, ("events",), _build, fold=_fold)

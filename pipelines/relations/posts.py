"""Every post ever seen: its first `posted`, with its author's last edit, and whether it was deleted."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Bools, arrow, arrow_where, flags
from pipelines.compiled import compiled
from pipelines.inputs import BucketInputs, State
from pipelines.projections import BucketProjection, no_more
from pipelines.relations.arrays import Texts, is_before, numbers, texts
from pipelines.relations.sayings import AMENDMENTS, DELETED, EDITED, POSTED, SAYINGS, amended_before, said
from pipelines.sorting import Numbers, Order, grouped
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
        Column("mentioned_ids", "array<bigint>", "the users whom it mentions", nullable=True),
        Column("deleted", "boolean", "whether its author has deleted it"),
    ),
    key=("post_id",),
    description="Every post of which a `posted` was ever seen; its author may be deactivated.",
    bucket_by="post_id",
    grows=True,
)


def _stood(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The posts and amendments as they were, as events; of one time, an edit in effect is behind the post."""
    posts = inputs.before(POSTS, list(POSTS.names), bucket)
    edits = posts.select(["post_id", "author_id", "text"]).append_column("event_time", posts["edited_at"])
    first = posts.drop_columns(["edited_at", "deleted"]).rename_columns({"posted_at": "event_time"})
    return pa.concat_tables(
        [
            said(first, POSTED, "\1"),
            said(edits.filter(pc.is_valid(edits["event_time"])), EDITED, "\2"),
            said(posts.filter(posts["deleted"]).select(["post_id", "author_id"]), DELETED),
            amended_before(bucket, inputs),
        ]
    )


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """Each post that has a `posted`, by id."""
    rows = inputs.told(SAYINGS, bucket)
    first, edit, deleted = _decided(rows)
    said = np.where(edit >= 0, edit, first)
    found = rows.drop_columns(["text", "event_id", "kind"]).take(arrow(first, pa.int32()))
    columns = {name: found[name] for name in found.column_names} | {
        "posted_at": found["event_time"],
        "text": rows["text"].take(arrow_where(~deleted, said, pa.int32())),
        "edited_at": rows["event_time"].take(arrow_where(~deleted & (edit >= 0), edit, pa.int32())),
        "languages": _unless_empty(found["languages"]),
        "deleted": flags(deleted),
    }
    yield from pa.table([columns[name] for name in POSTS.names], POSTS.arrow).to_batches(128 * 1024)


def _unless_empty(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    """The lists, null where one is empty."""
    return pc.if_else(pc.list_value_length(lists).cast(pa.bool_()), lists, pa.nulls(1, lists.type)[0])


def _decided(rows: pa.Table) -> tuple[Order, Order, Bools]:
    """Of each post that has a `posted`, by id: that row, the one of its last edit or -1, and whether it is deleted."""
    order, starts = grouped(numbers(rows, "post_id"))
    posts = len(starts) - 1
    first, edit, deleted = np.empty(posts, np.int32), np.empty(posts, np.int32), np.empty(posts, np.bool_)
    actors, times = numbers(rows, "author_id"), numbers(rows, "event_time")
    _decide(order, starts, numbers(rows, "kind"), actors, times, texts(rows, "event_id"), first, edit, deleted)
    seen = first >= 0
    return first[seen], edit[seen], deleted[seen]


@compiled
def _decide(
    order: Order, starts: Numbers, kinds: Numbers, actors: Numbers, times: Numbers, ids: Texts,
    first: Order, edit: Order, deleted: Bools,
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


EDITED_AT = ((POSTS, "edited_at"), (AMENDMENTS, "edited_at"))
RELATION = BucketProjection(
    POSTS,
    ("events",),
    _merge,
    extracts=(SAYINGS,),
    states={SAYINGS.name: State(_stood, ((POSTS, "posted_at"), *EDITED_AT))},
    touched=no_more,
    beside=(AMENDMENTS,),
)

"""Edits and deletions that are not in effect, and may be once another `posted` of their post arrives."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Bools, Int64s, arrow, arrow_where, bools, flags, int64s
from pipelines.inputs import BucketInputs, Extract, State
from pipelines.projections import BucketProjection
from pipelines.relations.arrays import numbers, texts
from pipelines.relations.facts import greatest
from pipelines.relations.posts import EDITED_AT, POSTS
from pipelines.relations.sayings import AMENDMENTS, DELETED, EDITED, SAYINGS, amended_before, said
from pipelines.sorting import grouped

AMENDING = Extract(
    "amendments", SAYINGS.schema, SAYINGS.fields, SAYINGS.rows, types=("post_edited", "post_deleted"), by="post_id"
)


def _stood(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The edits and deletions as they were, in effect or not, as events with the least of all ids."""
    posts = inputs.before(POSTS, ["post_id", "author_id", "text", "edited_at", "deleted"], bucket)
    posts = posts.rename_columns({"edited_at": "event_time"})
    edits = posts.filter(pc.is_valid(posts["event_time"])).drop_columns(["deleted"])
    deletions = posts.filter(posts["deleted"]).select(["post_id", "author_id"])
    return pa.concat_tables([said(edits, EDITED), said(deletions, DELETED), amended_before(bucket, inputs)])


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """What each user said of each post, if that is not in effect."""
    rows = inputs.told(AMENDING, bucket)
    order, starts = grouped(numbers(rows, "post_id"), numbers(rows, "author_id"))
    kinds = numbers(rows, "kind")
    edit = greatest(order, starts, numbers(rows, "event_time"), texts(rows, "event_id"), kinds == EDITED)
    deleted = np.logical_or.reduceat((kinds == DELETED)[order], starts[:-1])
    each = rows.select(["post_id", "author_id"]).take(arrow(order[starts[:-1]], pa.int32()))
    at = arrow_where((edit >= 0) & ~deleted, edit, pa.int32())
    columns = [*each.columns, rows["event_time"].take(at), rows["text"].take(at), flags(deleted)]
    waiting = ~_in_effect(int64s(each["post_id"]), int64s(each["author_id"]), bucket, inputs)
    yield from pa.table(columns, AMENDMENTS.arrow).filter(flags(waiting)).combine_chunks().to_batches(128 * 1024)


def _in_effect(posts: Int64s, users: Int64s, bucket: int, inputs: BucketInputs) -> Bools:
    """Whether the post is the user's, and says what the user last said of it."""
    rows = inputs.read(POSTS, ["post_id", "author_id", "edited_at", "deleted"], bucket)
    ids, authors = int64s(rows["post_id"]), int64s(rows["author_id"])
    says_so = bools(pc.is_valid(rows["edited_at"])) | bools(rows["deleted"])
    places = np.searchsorted(ids, posts)
    found = np.append(ids, 0)[places] == posts
    same: Bools = found & (np.append(authors, 0)[places] == users) & np.append(says_so, False)[places]
    return same


def _of_posts(bucket: int, inputs: BucketInputs) -> Int64s:
    """The posts that may say something else, or be another's."""
    return inputs.touched(POSTS.name, bucket)


RELATION = BucketProjection(
    AMENDMENTS,
    ("events", "posts"),
    _merge,
    extracts=(AMENDING,),
    states={AMENDING.name: State(_stood, EDITED_AT)},
    touched=_of_posts,
    beside=(POSTS,),
)

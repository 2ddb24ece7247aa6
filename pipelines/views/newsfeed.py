"""What each reader sees: the posts of followees, what they repost, and the reader's own, newest first."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, int64s
from pipelines.checks import Check, at_most, in_order, numbered
from pipelines.inputs import BucketInputs
from pipelines.merge.audit import FAULTS, NewsfeedAudit
from pipelines.merge.facts import Facts, facts_of
from pipelines.merge.lookup import known
from pipelines.merge.newsfeeds import newsfeeds
from pipelines.merge.portions import portions, with_own
from pipelines.merge.readers import authors_in, readers_of
from pipelines.merge.timelines import index_timelines
from pipelines.policy import Policy
from pipelines.projections import BucketProjection, Update
from pipelines.relations.timelines import TIMELINES
from pipelines.tables import Column, Table
from pipelines.views.newsfeed_changes import on_posts, readers_touched
from pipelines.views.newsfeed_inputs import ENTRY_BYTES, index, pieces, relations
from pipelines.views.newsfeed_updates import updated_newsfeeds

NEWSFEED = Table(
    "newsfeed",
    (
        Column("reader_id", "bigint", "whose newsfeed"),
        Column("position", "int", "1 is the newest"),
        Column("post_id", "bigint", "the post"),
        Column("author_id", "bigint", "who wrote it"),
        Column("reposter_id", "bigint", "who reposted it, when that is the reason", nullable=True),
        Column("entered_at", "timestamp", "time of the earliest reason: the post's, or the repost's"),
    ),
    key=("reader_id", "position"),
    description="What each reader sees, newest first, at most `cap` entries.",
    bucket_by="reader_id",
    row_group=16 * 1024,
)


def _checks(policy: Policy) -> tuple[Check, ...]:
    return (
        numbered("reader_id"),
        in_order("reader_id", "-entered_at", "-post_id"),
        at_most("position", policy.cap),
    )


BATCH = 256 * 1024
"""How many entries are made, checked, hashed and written at a time: enough to outweigh the calls of Arrow and NumPy."""

PORTION_BATCH = 512 * 1024
"""The same for portions: what stands is looked up for each batch among all timelines."""

PORTION = 16
"""The share of a task's memory that the rows of a portion may take; the rest is for what is made of them."""


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    follows, hides = relations(bucket, inputs)
    indexed, policy = index(inputs), inputs.policy
    if indexed is not None:
        own = authors_in(indexed[0], bucket, inputs.buckets) if policy.own_posts else indexed[0].users[:0]
        yield from newsfeeds(indexed[0], readers_of(indexed[0], follows, hides, own), policy, NEWSFEED.arrow, BATCH)
        return
    authors = np.unique(int64s(inputs.read(TIMELINES, ["user_id"], bucket)["user_id"]))
    wanted = with_own(follows, authors) if policy.own_posts else follows
    for portion in portions(partial(pieces, inputs), wanted, policy.cap, inputs.memory // PORTION // ENTRY_BYTES):
        timelines = index_timelines(portion.timelines)
        own = portion.of((authors, authors))[0] if policy.own_posts else authors[:0]
        readers = readers_of(timelines, portion.of(follows), portion.of(hides), own)
        yield from newsfeeds(timelines, readers, policy, NEWSFEED.arrow, PORTION_BATCH)


def _audits(bucket: int, inputs: BucketInputs) -> tuple[Check, ...]:
    indexed = index(inputs)
    facts = partial(_facts_on, inputs) if indexed is None else lambda _: indexed[1]
    return NewsfeedAudit(facts, *relations(bucket, inputs), inputs.policy).checks()


def _facts_on(inputs: BucketInputs, posts: pa.Array) -> Facts:
    """The standing posts of these ids, and their reposts."""
    return facts_of(on_posts(known(np.unique(int64s(posts))), inputs))


def _update(bucket: int, inputs: BucketInputs, readers: Int64s) -> Update:
    return updated_newsfeeds(bucket, inputs, NEWSFEED, BATCH, readers)


VIEW = BucketProjection(
    NEWSFEED,
    ("follows", "hides", "deactivations", "timelines"),
    _merge,
    _checks,
    audits=_audits,
    audited=tuple(FAULTS.values()),
    update=_update,
    touched=readers_touched,
    capped="position",
)

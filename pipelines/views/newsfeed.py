"""What each reader sees: the posts of followees, what they repost, and the reader's own, newest first."""

from collections.abc import Iterator
from threading import Lock

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.checks import Check, at_most, in_order, numbered
from pipelines.merge.newsfeeds import authors_in, newsfeeds, readers_of
from pipelines.merge.timelines import COLUMNS, Timelines, index_timelines
from pipelines.policy import Policy
from pipelines.projections import BucketInputs, BucketProjection
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.timelines import TIMELINES
from pipelines.tables import Column, Table

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
)


def _checks(policy: Policy) -> tuple[Check, ...]:
    return (
        numbered("reader_id"),
        in_order("reader_id", "-entered_at", "-post_id"),
        at_most("position", policy.cap),
    )


_indexing = Lock()
_indexed: dict[tuple[str, ...], Timelines] = {}


def _timelines(inputs: BucketInputs) -> Timelines:
    """All timelines, indexed once in each process and shared by its tasks; data files never change."""
    places = inputs.of(TIMELINES)
    with _indexing:
        if places not in _indexed:
            _indexed.clear()
            _indexed[places] = index_timelines(inputs.read(TIMELINES, COLUMNS))
        return _indexed[places]


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    timelines = _timelines(inputs)
    follows = inputs.read(FOLLOWS, ["follower_id", "followee_id", "holds"], bucket)
    follows = follows.filter(pc.field("holds")).combine_chunks()
    own = authors_in(timelines, bucket, inputs.buckets) if inputs.policy.own_posts else timelines.users[:0]
    readers = readers_of(timelines, follows["follower_id"].to_numpy(), follows["followee_id"].to_numpy(), own)
    yield from newsfeeds(timelines, readers, inputs.policy, NEWSFEED.arrow)


VIEW = BucketProjection(NEWSFEED, ("follows", "timelines"), _merge, _checks)

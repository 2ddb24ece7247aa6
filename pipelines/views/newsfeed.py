"""What each reader sees: the posts of followees, what they repost, and the reader's own, newest first."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pyarrow as pa

from pipelines.checks import Check, at_most, in_order, numbered
from pipelines.merge.audit import FAULTS, NewsfeedAudit, Posts, Reposts, facts_of
from pipelines.merge.newsfeeds import Pairs, authors_in, newsfeeds, readers_of
from pipelines.merge.timelines import COLUMNS, Timelines, index_timelines
from pipelines.policy import Policy
from pipelines.projections import BucketInputs, BucketProjection
from pipelines.relations.hides import HIDES
from pipelines.relations.standing import follows_in
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
    row_group=16 * 1024,
)


def _checks(policy: Policy) -> tuple[Check, ...]:
    return (
        numbered("reader_id"),
        in_order("reader_id", "-entered_at", "-post_id"),
        at_most("position", policy.cap),
    )


Indexed = tuple[Timelines, tuple[Posts, Reposts]]

_indexing = Lock()
_indexed: dict[tuple[str, ...], Indexed] = {}


def _index(inputs: BucketInputs) -> Indexed:
    """All timelines, indexed once in each process and shared by its tasks; data files never change."""
    places = inputs.of(TIMELINES)
    with _indexing:
        if places not in _indexed:
            _indexed.clear()
            rows = inputs.read(TIMELINES, COLUMNS)
            with ThreadPoolExecutor(1) as beside:
                facts = beside.submit(facts_of, rows)
                _indexed[places] = index_timelines(rows), facts.result()
        return _indexed[places]


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    timelines, _ = _index(inputs)
    own = authors_in(timelines, bucket, inputs.buckets) if inputs.policy.own_posts else timelines.users[:0]
    readers = readers_of(timelines, *_relations(bucket, inputs), own)
    yield from newsfeeds(timelines, readers, inputs.policy, NEWSFEED.arrow)


def _audits(bucket: int, inputs: BucketInputs) -> tuple[Check, ...]:
    _, facts = _index(inputs)
    return NewsfeedAudit(facts, *_relations(bucket, inputs), inputs.policy).checks()


def _relations(bucket: int, inputs: BucketInputs) -> tuple[Pairs, Pairs]:
    """Whom the bucket's readers follow, and who is hidden from them."""
    return _pairs(follows_in(bucket, inputs)), _pairs(inputs.read(HIDES, ["user_id", "hidden_id"], bucket))


def _pairs(rows: pa.Table) -> Pairs:
    """The first two columns."""
    first, second = (column.combine_chunks().to_numpy() for column in rows.columns[:2])
    return first, second


VIEW = BucketProjection(
    NEWSFEED,
    ("follows", "hides", "deactivations", "timelines"),
    _merge,
    _checks,
    audits=_audits,
    audited=tuple(FAULTS.values()),
)

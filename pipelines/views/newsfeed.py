"""What each reader sees: the posts of followees, what they repost, and the reader's own, newest first."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import int64s
from pipelines.checks import Check, at_most, in_order, numbered
from pipelines.merge.audit import FAULTS, NewsfeedAudit
from pipelines.merge.facts import Facts, facts_of
from pipelines.merge.newsfeeds import newsfeeds
from pipelines.merge.portions import portions, with_own
from pipelines.merge.readers import Pairs, authors_in, readers_of
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


Indexed = tuple[Timelines, Facts]

ENTRY_BYTES = 224
"""What a row of the timelines takes while they are indexed for the merge and for the audit."""

BATCH = 256 * 1024
"""How many entries are made, checked, hashed and written at a time: enough to outweigh the calls of Arrow and NumPy."""

PORTION_BATCH = 512 * 1024
"""The same for portions: what stands is looked up for each batch among all timelines."""

PORTION = 16
"""The share of a task's memory that the rows of a portion may take; the rest is for what is made of them."""

_indexing = Lock()
_indexed: dict[tuple[str, ...], Indexed] = {}


def _index(inputs: BucketInputs) -> Indexed | None:
    """All timelines, if they fit, indexed once in each process and shared by its tasks; data files never change."""
    if inputs.rows(TIMELINES) * ENTRY_BYTES > inputs.shared:
        return None
    places = inputs.of(TIMELINES)
    with _indexing:
        if places not in _indexed:
            _indexed.clear()
            rows = inputs.read(TIMELINES, COLUMNS)
            with ThreadPoolExecutor(1) as beside:
                facts = beside.submit(facts_of, rows)
                _indexed[places] = index_timelines(rows), facts.result()
        return _indexed[places]


def _pieces(inputs: BucketInputs) -> Iterator[pa.Table]:
    """All timelines, a bucket at a time."""
    return (inputs.read(TIMELINES, COLUMNS, bucket) for bucket in range(inputs.buckets))


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    follows, hides = _relations(bucket, inputs)
    index, policy = _index(inputs), inputs.policy
    if index is not None:
        own = authors_in(index[0], bucket, inputs.buckets) if policy.own_posts else index[0].users[:0]
        yield from newsfeeds(index[0], readers_of(index[0], follows, hides, own), policy, NEWSFEED.arrow, BATCH)
        return
    authors = np.unique(int64s(inputs.read(TIMELINES, ["user_id"], bucket)["user_id"]))
    wanted = with_own(follows, authors) if policy.own_posts else follows
    for portion in portions(partial(_pieces, inputs), wanted, policy.cap, inputs.memory // PORTION // ENTRY_BYTES):
        timelines = index_timelines(portion.timelines)
        own = portion.of((authors, authors))[0] if policy.own_posts else authors[:0]
        readers = readers_of(timelines, portion.of(follows), portion.of(hides), own)
        yield from newsfeeds(timelines, readers, policy, NEWSFEED.arrow, PORTION_BATCH)


def _audits(bucket: int, inputs: BucketInputs) -> tuple[Check, ...]:
    index = _index(inputs)
    facts = partial(_facts_on, inputs) if index is None else lambda _: index[1]
    return NewsfeedAudit(facts, *_relations(bucket, inputs), inputs.policy).checks()


def _facts_on(inputs: BucketInputs, posts: pa.Array) -> Facts:
    """The standing posts of these ids, and their reposts."""
    return facts_of(pa.concat_tables(rows.filter(pc.is_in(rows["post_id"], posts)) for rows in _pieces(inputs)))


def _relations(bucket: int, inputs: BucketInputs) -> tuple[Pairs, Pairs]:
    """Whom the bucket's readers follow, and who is hidden from them."""
    return _pairs(follows_in(bucket, inputs)), _pairs(inputs.read(HIDES, ["user_id", "hidden_id"], bucket))


def _pairs(rows: pa.Table) -> Pairs:
    """The first two columns."""
    return int64s(rows.columns[0]), int64s(rows.columns[1])


VIEW = BucketProjection(
    NEWSFEED,
    ("follows", "hides", "deactivations", "timelines"),
    _merge,
    _checks,
    audits=_audits,
    audited=tuple(FAULTS.values()),
)

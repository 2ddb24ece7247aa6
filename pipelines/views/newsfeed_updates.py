"""Newsfeeds made of what they were: with the entries of posts of which something changed, or of some readers anew."""

from threading import Lock
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import flags
from pipelines.merge.audit import NewsfeedAudit
from pipelines.merge.changes import owners_of_changes, posts_of_changes
from pipelines.merge.facts import ENTRY_COLUMNS, Entries, entries_of, facts_of
from pipelines.merge.lookup import Ids, Lookup, find, ids_in, lookup_of
from pipelines.merge.newsfeeds import newsfeeds
from pipelines.merge.readers import Pairs, authors_in, readers_of
from pipelines.merge.timelines import COLUMNS, Timelines, index_timelines
from pipelines.merge.updates import as_rows, too_few, updated
from pipelines.projections import BucketInputs, Update
from pipelines.relations.timelines import TIMELINES
from pipelines.tables import Table
from pipelines.views.newsfeed_inputs import relations

FEW, SHARE = 1024, 8
"""So many readers, or such a part of a bucket's, are made anew; where there are more, all are sooner made anew."""


class Changes(NamedTuple):
    """All timelines as they are, the posts of which something in them changed, and what they have of these posts."""

    rows: pa.Table
    posts: Ids
    known: Lookup
    indexed: Timelines


_comparing = Lock()
_compared: dict[tuple[tuple[str, ...], ...], Changes] = {}


def _changes(inputs: BucketInputs) -> Changes:
    """What changed, found once in each process and shared by its tasks; data files never change."""
    was = inputs.as_before()
    places = was.of(TIMELINES), inputs.of(TIMELINES)
    with _comparing:
        if places not in _compared:
            _compared.clear()
            buckets = [tuple(one.read(TIMELINES, COLUMNS, n) for one in (was, inputs)) for n in range(inputs.buckets)]
            posts = np.unique(np.concatenate([posts_of_changes(*states) for states in buckets]))
            rows, known = pa.concat_tables(after for _, after in buckets), lookup_of(posts)
            _compared[places] = Changes(rows, posts, known, index_timelines(_on(rows, known)))
        return _compared[places]


def _on(rows: pa.Table, posts: Lookup) -> pa.Table:
    """The rows of these posts."""
    return rows.filter(flags(find(posts, ids_in(rows, "post_id")) >= 0))


def updated_newsfeeds(bucket: int, inputs: BucketInputs, table: Table, batch: int) -> Update | None:
    """The newsfeeds of a bucket's readers, and the checks of those entries that are not simply as they were.

    None where most readers follow or hide others than before.
    """
    follows, hides = relations(bucket, inputs)
    before = relations(bucket, inputs.as_before())
    touched = np.union1d(owners_of_changes(before[0], follows), owners_of_changes(before[1], hides))
    if len(touched) > max(FEW, len(np.unique(follows[0])) // SHARE):
        return None
    changes, policy = _changes(inputs), inputs.policy
    old = entries_of(inputs.before(table, ENTRY_COLUMNS, bucket))
    stale = find(changes.known, old.post) >= 0
    new = _feeds(changes.indexed, (follows, hides), bucket, inputs, table)
    anew = np.union1d(touched, too_few(old, stale, new, policy.cap))
    timelines = _needed(changes, anew, follows)
    theirs = _of(follows, anew), _of(hides, anew)
    made = _feeds(timelines, theirs, bucket, inputs, table, anew)
    found = updated(old, stale, new, anew, made, policy.cap)
    rows = as_rows(found.entries, found.positions, table.arrow)
    facts = facts_of(_on(changes.rows, lookup_of(np.union1d(changes.posts, made.post))))
    audit = NewsfeedAudit(lambda _: facts, follows, hides, policy, found.is_new)
    return iter(rows.to_batches(batch)), audit.checks()


def _feeds(
    timelines: Timelines,
    of: tuple[Pairs, Pairs],
    bucket: int,
    inputs: BucketInputs,
    table: Table,
    only: Ids | None = None,
) -> Entries:
    """The newsfeeds of a bucket's readers, or of `only` some, of what some timelines have."""
    own = authors_in(timelines, bucket, inputs.buckets) if inputs.policy.own_posts else timelines.users[:0]
    own = own if only is None else np.intersect1d(own, only)
    made = newsfeeds(timelines, readers_of(timelines, *of, own), inputs.policy, table.arrow, 1 << 30)
    return entries_of(pa.Table.from_batches(made, table.arrow))


def _needed(changes: Changes, anew: Ids, follows: Pairs) -> Timelines:
    """The timelines of which readers are made anew."""
    users = lookup_of(np.union1d(anew, _of(follows, anew)[1]))
    return index_timelines(changes.rows.filter(flags(find(users, ids_in(changes.rows, "user_id")) >= 0)))


def _of(pairs: Pairs, owners: Ids) -> Pairs:
    """The pairs of some owners."""
    chosen = np.isin(pairs[0], owners)
    return pairs[0][chosen], pairs[1][chosen]

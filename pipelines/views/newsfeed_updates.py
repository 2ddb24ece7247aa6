"""Newsfeeds made of what they were: with the entries of posts of which something changed, or of some readers anew."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import flags
from pipelines.cores import cores
from pipelines.merge.audit import Marks, NewsfeedAudit
from pipelines.merge.changes import owners_of_changes, posts_of_changes
from pipelines.merge.facts import ENTRY_COLUMNS, Entries, Facts, entries_of, facts_of
from pipelines.merge.held import held_in, too_few
from pipelines.merge.lookup import Ids, Known, are_known, ids_in, known
from pipelines.merge.newsfeeds import newsfeeds
from pipelines.merge.readers import Pairs, authors_in, readers_of
from pipelines.merge.timelines import COLUMNS, Timelines, index_timelines
from pipelines.merge.updates import Updated, as_rows, updated
from pipelines.projections import BucketInputs, Update
from pipelines.relations.timelines import TIMELINES
from pipelines.tables import Table
from pipelines.views.newsfeed_inputs import index_of, relations

FEW, SHARE = 1024, 2
"""So many readers, or such a part of a bucket's, are made anew; where there are more, all are sooner made anew."""


class Changes(NamedTuple):
    """All timelines as they are, the posts of which something in them changed, and what they have of these posts."""

    rows: pa.Table
    posts: Ids
    known: Known
    indexed: Timelines


_comparing = Lock()
_compared: dict[tuple[tuple[str, ...], ...], Changes] = {}


def _changes(inputs: BucketInputs) -> Changes:
    """What changed, found once in each process, on all cores, and shared by its tasks; data files never change."""
    places = inputs.as_before().of(TIMELINES), inputs.of(TIMELINES)
    with _comparing:
        if places not in _compared:
            _compared.clear()
            with ThreadPoolExecutor(cores()) as pool:
                found = list(pool.map(partial(_changed, inputs), range(inputs.buckets)))
            rows, posts = (
                pa.concat_tables(rows for rows, _ in found),
                np.unique(np.concatenate([one for _, one in found])),
            )
            of = known(posts)
            _compared[places] = Changes(rows, posts, of, index_timelines(_on(rows, of)))
        return _compared[places]


def _changed(inputs: BucketInputs, bucket: int) -> tuple[pa.Table, Ids]:
    """The timelines of a bucket's users, and the posts of which something in them changed."""
    was, rows = inputs.as_before(), inputs.read(TIMELINES, COLUMNS, bucket)
    if was.of(TIMELINES, bucket) == inputs.of(TIMELINES, bucket):
        return rows, np.empty(0, np.int64)
    return rows, posts_of_changes(was.read(TIMELINES, COLUMNS, bucket), rows)


def _on(rows: pa.Table, posts: Known) -> pa.Table:
    """The rows of these posts."""
    return rows.filter(flags(are_known(posts, ids_in(rows, "post_id"))))


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
    rows = inputs.own_before(table, ENTRY_COLUMNS, bucket)
    held = held_in(rows, changes.known)
    new = _feeds(changes.indexed, (follows, hides), bucket, inputs, table)
    anew = np.union1d(touched, too_few(held, new, policy.cap))
    timelines, facts = _needed(inputs, changes, anew, follows)
    made = _feeds(timelines, (_of(follows, anew), _of(hides, anew)), bucket, inputs, table, anew)
    if facts is None:
        facts = facts_of(_on(changes.rows, known(np.union1d(changes.posts, made.post))))
    marks = Marks()
    audit = NewsfeedAudit(lambda _: facts, follows, hides, policy, marks)
    return _rows(updated(rows, held, new, anew, made, policy.cap, batch), marks, table), audit.checks()


def _rows(feeds: Iterator[Updated], marks: Marks, table: Table) -> Iterator[pa.RecordBatch]:
    """Newsfeeds as rows; those entries are marked that are not simply as they were."""
    for found in feeds:
        marks.add(found.is_new)
        yield as_rows(found, table.arrow)


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


def _needed(inputs: BucketInputs, changes: Changes, anew: Ids, follows: Pairs) -> tuple[Timelines, Facts | None]:
    """The timelines of which readers are made anew; or all and their facts, where to share these costs less."""
    users = known(np.union1d(anew, _of(follows, anew)[1]))
    of_users = are_known(users, ids_in(changes.rows, "user_id"))
    if np.count_nonzero(of_users) * inputs.buckets > changes.rows.num_rows:
        return index_of(inputs, lambda: changes.rows)
    return index_timelines(changes.rows.filter(flags(of_users))), None


def _of(pairs: Pairs, owners: Ids) -> Pairs:
    """The pairs of some owners."""
    chosen = np.isin(pairs[0], owners)
    return pairs[0][chosen], pairs[1][chosen]

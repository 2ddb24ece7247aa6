"""Newsfeeds made of what they were: with the entries of posts of which something changed, or of some readers anew."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from threading import Lock
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import flags, int64s
from pipelines.cores import cores
from pipelines.merge.audit import Marks, NewsfeedAudit
from pipelines.merge.changes import posts_of_changes
from pipelines.merge.facts import ENTRY_COLUMNS, Entries, Facts, entries_of, facts_of
from pipelines.merge.held import held_in, too_few
from pipelines.merge.lookup import Ids, Known, are_known, ids_in, known
from pipelines.merge.newsfeeds import newsfeeds
from pipelines.merge.readers import Pairs, authors_in, readers_of
from pipelines.merge.timelines import COLUMNS, Timelines, index_timelines
from pipelines.merge.updates import Updated, as_rows, updated
from pipelines.owners import are_among
from pipelines.projections import Belong, BucketInputs, Update
from pipelines.relations import touched
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.hides import HIDES
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
    chosen = inputs.choosing({TIMELINES: inputs.touched(TIMELINES.name, bucket)})
    posts = posts_of_changes(*(one.read(TIMELINES, COLUMNS, bucket) for one in (chosen.as_before(), chosen)))
    return inputs.read(TIMELINES, COLUMNS, bucket), posts


def _on(rows: pa.Table, posts: Known) -> pa.Table:
    """The rows of these posts."""
    return rows.filter(flags(are_known(posts, ids_in(rows, "post_id"))))


def readers_touched(bucket: int, inputs: BucketInputs) -> Ids | None:
    """The readers of a bucket who follow or hide others than before, or follow users whose timelines changed.

    None where the first are most.
    """
    others, readers = _with_others(bucket, inputs), np.unique(int64s(inputs.read(FOLLOWS, ["follower_id"], bucket)[0]))
    if len(others) > max(FEW, len(readers) // SHARE):
        return None
    users = _with_other_timelines(inputs)
    own = users[users % inputs.buckets == bucket]
    return np.unique(np.concatenate([others, own, touched.following(bucket, inputs, users)]))


def _with_others(bucket: int, inputs: BucketInputs) -> Ids:
    """The readers of a bucket who follow or hide others than before."""
    return np.union1d(touched.followers_in(bucket, inputs), inputs.touched(HIDES.name, bucket))


@lru_cache(maxsize=1)
def _with_other_timelines(inputs: BucketInputs) -> Ids:
    """The users of all buckets whose timelines may have changed."""
    return np.concatenate([inputs.touched(TIMELINES.name, bucket) for bucket in range(inputs.buckets)])


def updated_newsfeeds(bucket: int, inputs: BucketInputs, table: Table, batch: int, belong: Belong) -> Update:
    """The newsfeeds of those of a bucket's readers who belong, and the checks of entries that are not as they were."""
    follows, hides = relations(bucket, inputs)
    changes, policy = _changes(inputs), inputs.policy
    rows = inputs.own_before(table, ENTRY_COLUMNS, bucket)
    held = held_in(rows, changes.known)
    new = _feeds(changes.indexed, (_of(follows, belong), _of(hides, belong)), bucket, inputs, table, belong)
    anew = np.union1d(_with_others(bucket, inputs), too_few(held, new, policy.cap))
    are_anew = partial(are_among, some=anew)
    timelines, facts = _needed(inputs, changes, anew, follows)
    made = _feeds(timelines, (_of(follows, are_anew), _of(hides, are_anew)), bucket, inputs, table, are_anew)
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
    timelines: Timelines, of: tuple[Pairs, Pairs], bucket: int, inputs: BucketInputs, table: Table, belong: Belong
) -> Entries:
    """The newsfeeds of those of a bucket's readers who belong, of what some timelines have."""
    own = authors_in(timelines, bucket, inputs.buckets) if inputs.policy.own_posts else timelines.users[:0]
    made = newsfeeds(timelines, readers_of(timelines, *of, own[belong(own)]), inputs.policy, table.arrow, 1 << 30)
    return entries_of(pa.Table.from_batches(made, table.arrow))


def _needed(inputs: BucketInputs, changes: Changes, anew: Ids, follows: Pairs) -> tuple[Timelines, Facts | None]:
    """The timelines of which readers are made anew; or all and their facts, where to share these costs less."""
    users = known(np.union1d(anew, follows[1][are_among(follows[0], anew)]))
    of_users = are_known(users, ids_in(changes.rows, "user_id"))
    if np.count_nonzero(of_users) * inputs.buckets > changes.rows.num_rows:
        return index_of(inputs, lambda: changes.rows)
    return index_timelines(changes.rows.filter(flags(of_users))), None


def _of(pairs: Pairs, belong: Belong) -> Pairs:
    """The pairs whose first users belong."""
    chosen = belong(pairs[0])
    return pairs[0][chosen], pairs[1][chosen]

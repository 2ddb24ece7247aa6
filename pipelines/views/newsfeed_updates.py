"""Newsfeeds made of what they were: with the entries of posts of which something changed, or of some readers anew."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from threading import Lock
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import flags, int64s
from pipelines.cores import cores
from pipelines.inputs import BucketInputs
from pipelines.merge.audit import Marks, NewsfeedAudit
from pipelines.merge.facts import ENTRY_COLUMNS, Entries, Facts, entries_of, facts_of
from pipelines.merge.held import by_file, held_in, too_few
from pipelines.merge.lookup import Ids, Known, are_known, ids_in, known
from pipelines.merge.newsfeeds import newsfeeds
from pipelines.merge.readers import Pairs, readers_of
from pipelines.merge.timelines import Timelines, index_timelines
from pipelines.merge.updates import Updated, as_rows, updated
from pipelines.owners import are_among, of_owners
from pipelines.projections import Update
from pipelines.ranges import FileRange, in_bucket, with_rows_of
from pipelines.relations import touched
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.hides import HIDES
from pipelines.relations.timelines import TIMELINES
from pipelines.tables import Table
from pipelines.views.newsfeed_inputs import index, opened, relations, together

FEW, SHARE = 1024, 2
"""So many readers, or such a part of a bucket's, are made anew; where there are more, all are sooner made anew."""

MANY = 100
"""Where readers with more than such a part of the follows are made anew, to index all timelines once costs less."""


class Changes(NamedTuple):
    """The posts of which something in the timelines changed, and the rows that timelines have on them, also indexed."""

    posts: Ids
    known: Known
    rows: pa.Table
    indexed: Timelines


_comparing = Lock()
_compared: dict[tuple[tuple[str, ...], ...], Changes] = {}


def _changes(inputs: BucketInputs) -> Changes:
    """What changed, found once in each process, on all cores, and shared by its tasks; data files never change."""
    places = inputs.as_before().of(TIMELINES), inputs.of(TIMELINES)
    with _comparing:
        if places not in _compared:
            _compared.clear()
            posts = np.unique(np.concatenate([_changed(inputs, bucket) for bucket in range(inputs.buckets)]))
            of = known(posts)
            rows = _on(of, inputs)
            _compared[places] = Changes(posts, of, rows, index_timelines(rows))
        return _compared[places]


def _changed(inputs: BucketInputs, bucket: int) -> Ids:
    """The posts of which rows of the timelines of a bucket's users came or went."""
    return ids_in(inputs.differences(TIMELINES.name, bucket), "post_id")


def _on(posts: Known, inputs: BucketInputs) -> pa.Table:
    """The rows that all timelines have on some posts."""

    def of_file(place: str) -> pa.Table:
        rows = opened(inputs, place)
        return rows.filter(flags(are_known(posts, ids_in(rows, "post_id"))))

    with ThreadPoolExecutor(cores()) as pool:
        return together(pool.map(of_file, inputs.of(TIMELINES)))


def _of_users(users: Ids, inputs: BucketInputs) -> pa.Table:
    """The rows of the timelines of some users, who ascend."""

    def of_file(file: FileRange) -> pa.Table:
        return of_owners(opened(inputs, file.place), "user_id", users[users % inputs.buckets == file.bucket])

    return together(map(of_file, with_rows_of(inputs.files(TIMELINES), users)))


def readers_touched(bucket: int, inputs: BucketInputs) -> Ids | None:
    """The readers of a bucket who follow or hide others than before, or follow users whose timelines changed.

    None where the first are most.
    """
    others = _with_others(bucket, inputs)
    if len(others) > FEW and len(others) > _readers(bucket, inputs) // SHARE:
        return None
    users = _with_other_timelines(inputs)
    own = users[users % inputs.buckets == bucket]
    return np.unique(np.concatenate([others, own, touched.following(bucket, inputs, users)]))


def _readers(bucket: int, inputs: BucketInputs) -> int:
    """How many users of a bucket ever followed anybody."""
    return len(np.unique(int64s(inputs.read(FOLLOWS, ["follower_id"], bucket)[0])))


def _with_others(bucket: int, inputs: BucketInputs) -> Ids:
    """The readers of a bucket who follow or hide others than before."""
    return np.union1d(touched.followers_in(bucket, inputs), inputs.touched(HIDES.name, bucket))


@lru_cache(maxsize=1)
def _with_other_timelines(inputs: BucketInputs) -> Ids:
    """The users of all buckets whose timelines may have changed."""
    return np.concatenate([inputs.touched(TIMELINES.name, bucket) for bucket in range(inputs.buckets)])


def updated_newsfeeds(bucket: int, inputs: BucketInputs, table: Table, batch: int, readers: Ids) -> Update:
    """The newsfeeds of a bucket, and the checks of entries that are not as they were.

    Such have only readers of whom something may have changed, who ascend: not all who are shown a post that changed.
    """
    follows, hides = relations(bucket, inputs.choosing({FOLLOWS: readers, HIDES: readers}))
    changes, policy = _changes(inputs), inputs.policy
    files = _files(inputs, table, bucket)
    held = [held_in(rows, changes.known, readers) for rows in files]
    new = _feeds(changes.indexed, (follows, hides), readers, inputs, table)
    anew = np.unique(np.concatenate([_with_others(bucket, inputs), *(too_few(one, new, policy.cap) for one in held)]))
    timelines, facts = _needed(bucket, inputs, anew, _of(follows, anew))
    made = _feeds(timelines, (_of(follows, anew), _of(hides, anew)), anew, inputs, table)
    if facts is None:
        others = known(np.setdiff1d(made.post, changes.posts))
        facts = facts_of(together([changes.rows, _on(others, inputs)]) if len(made.post) else changes.rows)
    marks = Marks()
    audit = NewsfeedAudit(lambda _: facts, follows, hides, policy, marks)
    of_files = zip(files, held, by_file(new, held), by_file(made, held), strict=True)
    found = (updated(rows, one, some, anew, others, policy.cap, batch) for rows, one, some, others in of_files)
    return _rows(chain.from_iterable(found), marks, table), audit.checks()


def _files(inputs: BucketInputs, table: Table, bucket: int) -> list[pa.Table]:
    """The rows of each file of a bucket as they were, which are not copied to stand together; none if it has none."""
    alone = [replace(inputs, own=(file,)) for file in in_bucket(inputs.own, bucket)]
    return [one.own_before(table, ENTRY_COLUMNS, bucket) for one in alone or [replace(inputs, own=())]]


def _rows(feeds: Iterator[Updated], marks: Marks, table: Table) -> Iterator[pa.RecordBatch]:
    """Newsfeeds as rows; those entries are marked that are not simply as they were."""
    for found in feeds:
        marks.add(found.is_new)
        yield as_rows(found, table.arrow)


def _feeds(timelines: Timelines, of: tuple[Pairs, Pairs], some: Ids, inputs: BucketInputs, table: Table) -> Entries:
    """The newsfeeds of some readers, who ascend, of what some timelines have."""
    own = np.intersect1d(timelines.users[timelines.lengths > 0], some if inputs.policy.own_posts else some[:0])
    made = newsfeeds(timelines, readers_of(timelines, *of, own), inputs.policy, table.arrow, 1 << 30)
    return entries_of(pa.Table.from_batches(made, table.arrow))


def _needed(bucket: int, inputs: BucketInputs, anew: Ids, follows: Pairs) -> tuple[Timelines, Facts | None]:
    """The timelines of which readers are made anew; or all and their facts, where these are many and it fits."""
    of_all = sum(file.rows for file in inputs.files(FOLLOWS, bucket))
    if len(follows[0]) * MANY > of_all and (indexed := index(inputs)) is not None:
        return indexed
    users = np.union1d(anew, follows[1])
    return index_timelines(_of_users(users, inputs)), None


def _of(pairs: Pairs, some: Ids) -> Pairs:
    """The pairs whose first users are among some, who ascend."""
    chosen = are_among(pairs[0], some)
    return pairs[0][chosen], pairs[1][chosen]

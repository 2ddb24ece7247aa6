"""What a batch changes that newsfeeds are made of: posts, timelines, and whom readers follow or hide."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, flags, int64s
from pipelines.cores import cores
from pipelines.differences import NUMBER
from pipelines.inputs import BucketInputs
from pipelines.merge.lookup import Ids, Known, are_known, ids_in, known
from pipelines.merge.readers import Pairs
from pipelines.merge.timelines import Timelines, index_timelines
from pipelines.owners import are_among, are_most, of_owners
from pipelines.ranges import FileRange, with_rows_of
from pipelines.relations import touched
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.hides import HIDES
from pipelines.relations.timelines import TIMELINES
from pipelines.sorting import order_by
from pipelines.views.newsfeed_inputs import Shared, fits, opened, together


class Changes(NamedTuple):
    """The posts of which something in the timelines changed, and the rows that timelines have on them, also indexed."""

    posts: Ids
    known: Known
    rows: pa.Table
    indexed: Timelines


class Others(NamedTuple):
    """The readers who follow fewer, hide others, or follow users who are gone or back; whom all else follow since."""

    anew: Ids
    since: Pairs


_changes, _followed = Shared[Changes](), Shared[Timelines]()


def changes_of(inputs: BucketInputs) -> Changes:
    """What changed, found once in each process, on all cores."""
    return _changes.of((inputs.as_before().of(TIMELINES), inputs.of(TIMELINES)), partial(_compared, inputs))


def _compared(inputs: BucketInputs) -> Changes:
    posts = np.unique(np.concatenate([_changed(inputs, bucket) for bucket in range(inputs.buckets)]))
    of = known(posts)
    rows = on_posts(of, inputs)
    return Changes(posts, of, rows, index_timelines(rows))


def _changed(inputs: BucketInputs, bucket: int) -> Ids:
    """The posts of which rows of the timelines of a bucket's users came or went."""
    return ids_in(inputs.differences(TIMELINES.name, bucket), "post_id")


def followed_since(inputs: BucketInputs) -> Timelines:
    """The rows on all posts of users whom anybody follows since, and on answers to these; found as what changed is."""
    files = inputs.as_before().of(FOLLOWS), inputs.of(FOLLOWS), inputs.of(TIMELINES)
    return _followed.of(files, partial(_on_posts_of_followed, inputs))


def _on_posts_of_followed(inputs: BucketInputs) -> Timelines:
    told = [touched.follows_changed(bucket, inputs) for bucket in range(inputs.buckets)]
    users = known(np.unique(np.concatenate([ids_in(rows, "followee_id") for rows in told])))
    rows = _where(inputs, lambda rows: _name(users, rows))
    return index_timelines(on_posts(known(np.unique(ids_in(rows, "post_id"))), inputs))


def _name(users: Known, rows: pa.Table) -> Bools:
    """Which rows are in the timeline of one of some users, or on an answer to one."""
    found: Bools = are_known(users, ids_in(rows, "user_id")) | are_known(users, ids_in(rows, "parent_author_id"))
    return found


def on_posts(posts: Known, inputs: BucketInputs) -> pa.Table:
    """The rows that all timelines have on some posts."""
    return _where(inputs, lambda rows: are_known(posts, ids_in(rows, "post_id")))


def _where(inputs: BucketInputs, holds: Callable[[pa.Table], Bools]) -> pa.Table:
    """The rows of all timelines of which something holds."""

    def of_file(place: str) -> pa.Table:
        rows = opened(inputs, place)
        return rows.filter(flags(holds(rows)))

    with ThreadPoolExecutor(cores()) as pool:
        return together(pool.map(of_file, inputs.of(TIMELINES)))


def of_users(users: Ids, inputs: BucketInputs) -> pa.Table:
    """The rows of the timelines of some users, who ascend."""

    def of_file(file: FileRange) -> pa.Table:
        return of_owners(opened(inputs, file.place), "user_id", users[users % inputs.buckets == file.bucket])

    return together(map(of_file, with_rows_of(inputs.files(TIMELINES), users)))


def readers_touched(bucket: int, inputs: BucketInputs) -> Ids | None:
    """The readers of a bucket who follow or hide others than before, or follow users whose timelines changed.

    None where these are most, if all timelines can be held for them, or else where those made anew are.
    """
    others, users = others_in(bucket, inputs), _with_other_timelines(inputs)
    own = users[users % inputs.buckets == bucket]
    found = np.unique(np.concatenate([others.anew, others.since[0], own, touched.following(bucket, inputs, users)]))
    sooner_anew = found if fits(inputs) else others.anew
    return None if are_most(len(sooner_anew), _readers(bucket, inputs)) else found


def _readers(bucket: int, inputs: BucketInputs) -> int:
    """How many users of a bucket ever followed anybody."""
    return len(np.unique(int64s(inputs.read(FOLLOWS, ["follower_id"], bucket)[0])))


def others_in(bucket: int, inputs: BucketInputs) -> Others:
    """The readers of a bucket who follow or hide others than before."""
    gone = touched.following_gone_or_back(bucket, inputs)
    rows = touched.follows_changed(bucket, inputs)
    (readers, followees), number = map(int64s, rows.select(FOLLOWS.key).columns), int64s(rows[NUMBER])
    anew = np.unique(np.concatenate([readers[number < 0], gone, inputs.touched(HIDES.name, bucket)]))
    more = (number > 0) & ~are_among(readers, anew)
    order = order_by(readers[more], followees[more])
    return Others(anew, (readers[more][order], followees[more][order]))


@lru_cache(maxsize=1)
def _with_other_timelines(inputs: BucketInputs) -> Ids:
    """The users of all buckets whose timelines may have changed."""
    return np.concatenate([inputs.touched(TIMELINES.name, bucket) for bucket in range(inputs.buckets)])

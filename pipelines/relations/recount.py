"""Facts for the audit of counts: what stands, found by other code than that which makes the counts.

An id is 0 where a fact does not stand.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, Int64s, bools, int64s, or_zero
from pipelines.compiled import compiled
from pipelines.inputs import BucketInputs
from pipelines.relations.deactivations import DEACTIVATIONS
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.posts import POSTS
from pipelines.tables import Table

MARKS = 1 << 16


class Gone(NamedTuple):
    """The deactivated users; and by the last bits of an id, whether it may be one of theirs."""

    users: Int64s
    marks: Bools


class Posts(NamedTuple):
    """The posts of a bucket by id, standing or not, their authors, and which posts they answer."""

    ids: Int64s
    authors: Int64s
    answered: Int64s


def follows(bucket: int, inputs: BucketInputs) -> tuple[Int64s, Int64s]:
    """The follower and the followee of each follow of a bucket."""
    rows = inputs.read(FOLLOWS, [*FOLLOWS.key, "holds"], bucket)
    followers, followees = (int64s(rows[name]) for name in FOLLOWS.key)
    stands = bools(rows["holds"]) & _active(followers, inputs) & _active(followees, inputs)
    return followers * stands, followees * stands


def posts(bucket: int, inputs: BucketInputs) -> Posts:
    """The posts of a bucket."""
    rows = inputs.read(POSTS, ["post_id", "author_id", "reply_to_post_id", "deleted"], bucket)
    authors = int64s(rows["author_id"])
    stands = _active(authors, inputs) & ~bools(rows["deleted"])
    return Posts(int64s(rows["post_id"]), authors * stands, or_zero(rows["reply_to_post_id"]) * stands)


def given(bucket: int, inputs: BucketInputs, facts: Table, on: Posts) -> tuple[Int64s, Int64s]:
    """The post, and its author, of each like or repost of a bucket's posts; 0 too where the post does not stand."""
    rows = inputs.read(facts, ["post_id", "user_id", "holds"], bucket)
    named = int64s(rows["post_id"])
    places = np.empty(len(named), np.int64)
    _walk(on.ids, named, places)
    authors = np.append(on.authors, 0)[places]
    stands = bools(rows["holds"]) & _active(int64s(rows["user_id"]), inputs)
    stands &= (np.append(on.ids, 0)[places] == named) & (authors != 0)
    return named * stands, authors * stands


@compiled
def _walk(ids: Int64s, named: Int64s, places: Int64s) -> None:
    """Write for each of the named the place of the first of the ids that is not less; both ascend."""
    place = 0
    for row in range(len(named)):
        while place < len(ids) and ids[place] < named[row]:
            place += 1
        places[row] = place


def _active(users: Int64s, inputs: BucketInputs) -> Bools:
    """Whether each user is not deactivated."""
    gone = _gone(inputs.of(DEACTIVATIONS), inputs.open)
    active: Bools = ~gone.marks[users & (MARKS - 1)]
    doubtful = np.flatnonzero(~active)
    active[doubtful] = ~np.isin(users[doubtful], gone.users)
    return active


@lru_cache(maxsize=2)
def _gone(files: tuple[str, ...], read: Callable[[str, list[str]], pa.Table]) -> Gone:
    """Cached, as they are and as they were: every bucket's task needs them, and data files never change."""
    found = (read(file, ["user_id", "holds"]) for file in files)
    gone = (int64s(rows["user_id"])[bools(rows["holds"])] for rows in found)
    users, marks = np.concatenate([np.empty(0, np.int64), *gone]), np.zeros(MARKS, np.bool_)
    marks[users & (MARKS - 1)] = True
    return Gone(users, marks)

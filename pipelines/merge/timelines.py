"""The entries of all timelines, newest first, indexed for the merge."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import Bools, bools, is_text
from pipelines.compiled import compiled
from pipelines.merge.lookup import Ids, Indexes, Lookup, find, ids_in, lookup_of
from pipelines.sorting import Order, newest_first, order_by

Rows = npt.NDArray[np.int64]

NOT_A_REPLY, UNSEEN_PARENT, A_REPOST = -1, -2, -3
NO_REPOST = -1

# Columns of Timelines.shown, of Reposted.posts, and of Reposted.by_time and by_reposter.
TIME, POST, AUTHOR_ID, REPOSTER_ID = range(4)
AUTHOR, POSTED_AT, REPLY_PARENT, FIRST = range(4)
REPOSTED_AT, REPOSTER = range(2)


class Reposted(NamedTuple):
    """The posts with reposts, by id, and their reposts; users are indexes.

    - `posts`: AUTHOR, POSTED_AT, REPLY_PARENT (as `parent` of Timelines), FIRST: its reposts are the rows of `by_time`
      and of `by_reposter` from here to the next post's.
    - `by_time`, `by_reposter`: REPOSTED_AT, REPOSTER; those of a post by both, and by the reposter.
    """

    posts: Rows
    by_time: Rows
    by_reposter: Rows


class Timelines(NamedTuple):
    """Entries, the greatest (time, post) first. Users are indexes into `users`, which ascends: they compare like ids.

    - `lengths`: of each user how many entries the timeline has.
    - `owner`: of each entry whose timeline it is in.
    - `parent`: of each entry the user whose post it answers, NOT_A_REPLY, UNSEEN_PARENT or A_REPOST.
    - `repost`: of each entry its post's row of `reposted`, or NO_REPOST; a post itself has one only when a repost of it
      is dated earlier.
    - `shown`: TIME, POST, AUTHOR_ID, REPOSTER_ID (0 where it is no repost): what a newsfeed has of an entry is one row,
      so that it costs one look into memory.
    """

    users: Ids
    lookup: Lookup
    lengths: Ids
    owner: Indexes
    parent: Indexes
    repost: Indexes
    shown: Rows
    reposted: Reposted


NUMBERS = ["user_id", "entered_at", "post_id", "author_id", "posted_at", "parent_author_id"]
COLUMNS = [*NUMBERS, "kind", "is_reply"]


def index_timelines(rows: pa.Table) -> Timelines:
    """Index rows of the relation `timelines`, which may come in any order."""
    given = {name: ids_in(rows, name) for name in NUMBERS}
    is_repost, is_reply = bools(is_text(rows["kind"], "repost")), bools(rows["is_reply"])
    users = _users(given["user_id"], given["author_id"], given["parent_author_id"])
    lookup = lookup_of(users)
    owner, parent = find(lookup, given["user_id"]), find(lookup, given["parent_author_id"])
    parent = np.where(is_reply, np.where(parent < 0, UNSEEN_PARENT, parent), NOT_A_REPLY).astype(np.int32)
    order = newest_first(given["entered_at"], given["post_id"])
    owner, parent, is_repost = owner[order], parent[order], is_repost[order]
    shown = np.empty((len(order), 4), np.int64)
    _show(order, given["entered_at"], given["post_id"], given["author_id"], given["user_id"], is_repost, shown)
    at = np.flatnonzero(is_repost)
    reposted, ids = _reposted(shown[at], owner[at], parent[at], given["posted_at"][order[at]], lookup)
    repost = _rows_of(reposted, ids, shown, is_repost)
    parent[at] = A_REPOST
    return Timelines(users, lookup, np.bincount(owner, minlength=len(users)), owner, parent, repost, shown, reposted)


def _users(owners: Ids, authors: Ids, parents: Ids) -> Ids:
    """Every user whom the rows name, ascending; null is 0. Owners come in runs, and are mostly all that there are."""
    owners = each_once(owners[np.flatnonzero(np.diff(owners, prepend=0))])
    known = lookup_of(owners)
    others = [ids[(find(known, ids) < 0) & (ids != 0)] for ids in (authors, parents)]
    return each_once(np.concatenate([owners, *others]))


def each_once(ids: Ids) -> Ids:
    """The ids, ascending; most do so already, which this kind of sort makes use of."""
    ascending = np.sort(ids, kind="stable")
    return ascending[np.flatnonzero(np.diff(ascending, prepend=0))]


@compiled
def _show(order: Order, time: Ids, post: Ids, author: Ids, user: Ids, is_repost: Bools, shown: Rows) -> None:
    """Write what a newsfeed shows of each row, in the order."""
    for entry in range(len(order)):
        row = order[entry]
        shown[entry, TIME], shown[entry, POST], shown[entry, AUTHOR_ID] = time[row], post[row], author[row]
        shown[entry, REPOSTER_ID] = user[row] if is_repost[entry] else 0


def _reposted(shown: Rows, owner: Indexes, parent: Indexes, posted_at: Ids, lookup: Lookup) -> tuple[Reposted, Ids]:
    """The posts of entries that are reposts, and the posts' ids."""
    order = order_by(shown[:, POST], shown[:, TIME], owner.astype(np.int64))
    ids, first = np.unique(shown[order, POST], return_index=True)
    posts = np.zeros((len(ids) + 1, 4), np.int64)
    one = order[first]
    posts[:-1, AUTHOR], posts[:-1, POSTED_AT] = find(lookup, shown[one, AUTHOR_ID]), posted_at[one]
    posts[:-1, REPLY_PARENT], posts[:, FIRST] = parent[one], np.append(first, len(order))
    by_time = np.stack([shown[order, TIME], owner[order]], axis=1)
    numbers = np.repeat(np.arange(len(ids)), np.diff(posts[:, FIRST]))
    return Reposted(posts, by_time, by_time[order_by(numbers, by_time[:, REPOSTER])]), ids


def _rows_of(reposted: Reposted, ids: Ids, shown: Rows, is_repost: Bools) -> Indexes:
    """The row of `reposted.posts` of each repost, and of each post with a repost that is dated before it."""
    posts = reposted.posts[:-1]
    is_early = reposted.by_time[posts[:, FIRST], REPOSTED_AT] < posts[:, POSTED_AT]
    early = lookup_of(ids[is_early])
    found = np.full(len(shown), NO_REPOST, np.int32)
    found[is_repost] = find(lookup_of(ids), shown[is_repost, POST])
    if is_early.any():
        of = find(early, shown[~is_repost, POST])
        found[~is_repost] = np.where(of >= 0, np.flatnonzero(is_early)[of], NO_REPOST)
    return found

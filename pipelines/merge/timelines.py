"""The outgoing timelines of all users, indexed for the merge."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.merge.lookup import Ids, Indexes, Lookup, find, lookup_of
from pipelines.sorting import order_by

Rows = npt.NDArray[np.int64]

NOT_A_REPLY, UNSEEN_PARENT, A_REPOST = -1, -2, -3
NO_REPOST = -1

# Columns of Timelines.entries, of Timelines.reposted and of Timelines.reposts.
TIME, POST, PARENT, REPOSTED = range(4)
AUTHOR, POSTED_AT, REPLY_PARENT, FIRST = range(4)
REPOSTED_AT, REPOSTER = range(2)


class Timelines(NamedTuple):
    """Entries by user (rows `start[u]` to `start[u + 1]`), newest first, and of each reposted post its reposts by time.

    A row holds all that the merge asks of an entry, so that it costs one look into memory. Users are indexes into
    `users`, which ascends, so that indexes compare like ids.

    - `entries`: TIME, POST (its id), PARENT (the user whose post it answers, NOT_A_REPLY, UNSEEN_PARENT or A_REPOST),
      REPOSTED (a row of `reposted`, or NO_REPOST; of a post itself only when a repost of it is dated earlier).
    - `reposted`: AUTHOR, POSTED_AT, REPLY_PARENT (as PARENT), FIRST (its reposts are the rows from here to the next's).
    - `reposts`: REPOSTED_AT, REPOSTER, ascending for each post; `reposters`: the same rows, for each post by REPOSTER.
    """

    users: Ids
    lookup: Lookup
    start: Ids
    entries: Rows
    reposted: Rows
    reposts: Rows
    reposters: Rows


COLUMNS = ["user_id", "entered_at", "post_id", "kind", "author_id", "posted_at", "is_reply", "parent_author_id"]


def _numbers(table: pa.Table, name: str) -> Ids:
    column = table[name].cast(pa.int64())
    numbers: Ids = pc.fill_null(column, 0).combine_chunks().to_numpy(zero_copy_only=False)
    return numbers


def index_timelines(rows: pa.Table) -> Timelines:
    """Index the rows of the relation `timelines`; each user's rows stand together, in the relation's order."""
    user_ids = _numbers(rows, "user_id")
    users = _users(user_ids, _numbers(rows, "author_id"), _numbers(rows, "parent_author_id"))
    lookup = lookup_of(users)
    owner = find(lookup, user_ids)
    order, start = _by_user(owner, len(users))
    rows, owner = (rows, owner) if order is None else (rows.take(order), owner[order])
    is_reply = rows["is_reply"].combine_chunks().to_numpy(zero_copy_only=False)
    parent = find(lookup, _numbers(rows, "parent_author_id"))
    parent = np.where(is_reply, np.where(parent < 0, UNSEEN_PARENT, parent), NOT_A_REPLY)
    entries = np.empty((len(owner), 4), np.int64)
    entries[:, TIME], entries[:, POST] = _numbers(rows, "entered_at"), _numbers(rows, "post_id")
    entries[:, PARENT], entries[:, REPOSTED] = parent, NO_REPOST
    is_repost = pc.equal(rows["kind"], "repost").combine_chunks().to_numpy(zero_copy_only=False)
    at = np.flatnonzero(is_repost)
    at = at[order_by(entries[at, POST], entries[at, TIME], owner[at].astype(np.int64))]
    posts, first = np.unique(entries[at, POST], return_index=True)
    reposted = np.zeros((len(posts) + 1, 4), np.int64)
    reposted[:-1, AUTHOR] = find(lookup, _numbers(rows, "author_id")[at[first]])
    reposted[:-1, POSTED_AT], reposted[:-1, REPLY_PARENT] = _numbers(rows, "posted_at")[at[first]], parent[at[first]]
    reposted[:, FIRST] = np.append(first, len(at))
    early = np.flatnonzero(entries[at[first], TIME] < reposted[:-1, POSTED_AT])
    _mark_posts(entries, posts, early)
    entries[at, PARENT], entries[at, REPOSTED] = A_REPOST, np.repeat(np.arange(len(posts)), np.diff(reposted[:, FIRST]))
    reposts = np.stack([entries[at, TIME], owner[at]], axis=1)
    by_reposter = order_by(entries[at, REPOSTED], reposts[:, REPOSTER])
    return Timelines(users, lookup, start, entries, reposted, reposts, reposts[by_reposter])


def _users(owners: Ids, authors: Ids, parents: Ids) -> Ids:
    """Every user whom the rows name, ascending; null is 0. Owners come in runs, authors are mostly the owners."""
    runs = owners[np.flatnonzero(np.diff(owners, prepend=0))]
    named = np.sort(np.concatenate([runs, authors[authors != owners], parents]))
    return named[np.flatnonzero(np.diff(named, prepend=0))]


def _by_user(owner: Indexes, users: int) -> tuple[npt.NDArray[np.int64] | None, Ids]:
    """The stable order of the rows by user (None when they stand so) and where each user's rows begin."""
    start = np.zeros(users + 1, np.int64)
    np.cumsum(np.bincount(owner, minlength=users), out=start[1:])
    if len(owner) < 2 or bool((np.diff(owner) >= 0).all()):
        return None, start
    return np.argsort(owner, kind="stable"), start


def _mark_posts(entries: Rows, posts: Ids, early: npt.NDArray[np.int64]) -> None:
    """Let the entries of posts with an early repost point to their reposts; `posts` ascends."""
    if len(early):
        place = np.minimum(np.searchsorted(posts[early], entries[:, POST]), len(early) - 1)
        found = posts[early][place] == entries[:, POST]
        entries[found, REPOSTED] = early[place[found]]

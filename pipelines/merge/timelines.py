"""The outgoing timelines of all users, indexed for the merge."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.merge.lookup import Ids, Indexes, Lookup, find, lookup_of

NOT_A_REPLY = -1
UNSEEN_PARENT = -2
NO_REPOST = -1


class Timelines(NamedTuple):
    """Entries by user (`start[u]` to `start[u + 1]`), newest first, and of each reposted post its reposts by time.

    Users are indexes into `users`, which ascends, so that indexes compare like ids. `reposted` is NO_REPOST but for
    reposts, and for posts with a repost dated earlier than the post itself, which may be the earlier reason.
    """

    users: Ids
    lookup: Lookup
    start: Ids
    entered_at: Ids
    post_id: Ids
    parent: Indexes
    is_repost: npt.NDArray[np.bool_]
    reposted: Indexes
    author: Indexes
    posted_at: Ids
    reply_parent: Indexes
    repost_start: Ids
    repost_at: Ids
    repost_by: Indexes


COLUMNS = ["user_id", "entered_at", "post_id", "kind", "author_id", "posted_at", "is_reply", "parent_author_id"]


def _numbers(table: pa.Table, name: str) -> Ids:
    column = table[name].cast(pa.int64())
    numbers: Ids = pc.fill_null(column, 0).combine_chunks().to_numpy(zero_copy_only=False)
    return numbers


def index_timelines(rows: pa.Table) -> Timelines:
    """Index the rows of the relation `timelines`; each user's rows stand together, in the relation's order."""
    user_ids, parents = _numbers(rows, "user_id"), _numbers(rows, "parent_author_id")
    users = np.unique(np.concatenate([user_ids, _numbers(rows, "author_id"), parents]))
    users = users[users > 0]
    lookup = lookup_of(users)
    owner = find(lookup, user_ids)
    order, start = _by_user(owner, len(users))
    rows, owner = (rows, owner) if order is None else (rows.take(order), owner[order])
    is_reply = rows["is_reply"].combine_chunks().to_numpy(zero_copy_only=False)
    parent = find(lookup, _numbers(rows, "parent_author_id"))
    parent = np.where(is_reply, np.where(parent < 0, UNSEEN_PARENT, parent), NOT_A_REPLY).astype(np.int32)
    is_repost = pc.equal(rows["kind"], "repost").combine_chunks().to_numpy(zero_copy_only=False)
    entered_at, post_id = _numbers(rows, "entered_at"), _numbers(rows, "post_id")
    reposts = np.flatnonzero(is_repost)
    reposts = reposts[np.lexsort((owner[reposts], entered_at[reposts], post_id[reposts]))]
    posts, first = np.unique(post_id[reposts], return_index=True)
    one = reposts[first]
    posted_at = _numbers(rows, "posted_at")[one]
    reposted = np.full(len(owner), NO_REPOST, np.int32)
    reposted[reposts] = np.repeat(np.arange(len(posts)), np.diff(np.append(first, len(reposts))))
    early = np.flatnonzero(entered_at[one] < posted_at)
    _mark_posts(reposted, post_id, is_repost, posts[early], early)
    return Timelines(
        users=users,
        lookup=lookup,
        start=start,
        entered_at=entered_at,
        post_id=post_id,
        parent=parent,
        is_repost=is_repost,
        reposted=reposted,
        author=find(lookup, _numbers(rows, "author_id")[one]),
        posted_at=posted_at,
        reply_parent=parent[one],
        repost_start=np.append(first, len(reposts)).astype(np.int64),
        repost_at=entered_at[reposts],
        repost_by=owner[reposts],
    )


def _by_user(owner: Indexes, users: int) -> tuple[npt.NDArray[np.int64] | None, Ids]:
    """The stable order of the rows by user (None when they stand so) and where each user's rows begin."""
    start = np.zeros(users + 1, np.int64)
    np.cumsum(np.bincount(owner, minlength=users), out=start[1:])
    if len(owner) < 2 or bool((np.diff(owner) >= 0).all()):
        return None, start
    return np.argsort(owner, kind="stable"), start


def _mark_posts(
    reposted: Indexes, post_id: Ids, is_repost: npt.NDArray[np.bool_], posts: Ids, numbers: npt.NDArray[np.int64]
) -> None:
    """Let the entries of these posts themselves point to their reposts."""
    if len(posts):
        place = np.minimum(np.searchsorted(posts, post_id), len(posts) - 1)
        own = (posts[place] == post_id) & ~is_repost
        reposted[own] = numbers[place[own]]

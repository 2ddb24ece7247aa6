"""Portions: readers few enough that what they read of all timelines fits into a task's memory.

Used where the index of all timelines does not fit. Of a followee's timeline only what can matter is read: who follows
somebody sees each of that user's posts that is no reply at its own time, unless a repost of it is dated before it. So
entries behind `cap` such posts are in nobody's newsfeed. Reposts stay, whatever their age: an old one is the reason
why a newer one is not shown.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Bools, bools, flags, int64s, is_text
from pipelines.compiled import compiled
from pipelines.merge.lookup import Ids, Indexes, find, lookup_of
from pipelines.merge.readers import Pairs

Pieces = Callable[[Ids], Iterator[pa.Table]]
"""The timelines of users, who ascend, some rows at a time; each user's rows stand together, newest first."""


@dataclass(frozen=True)
class Portion:
    """Readers from one id to another, both included, and the rows of all timelines that they need."""

    first: int
    last: int
    timelines: pa.Table

    def of(self, pairs: Pairs) -> Pairs:
        """The pairs, which ascend by reader, of the portion's readers."""
        bounds = slice(np.searchsorted(pairs[0], self.first), np.searchsorted(pairs[0], self.last, side="right"))
        return pairs[0][bounds], pairs[1][bounds]


def portions(pieces: Pieces, wanted: Pairs, cap: int, limit: int) -> Iterator[Portion]:
    """The readers in portions that need at most `limit` rows, or that are one reader.

    `wanted` has the users whose timelines each reader needs, ascending by reader.
    """
    readers, starts = np.unique(wanted[0], return_index=True)
    if not len(readers):
        return
    users, indexes = np.unique(wanted[1], return_inverse=True)
    early = np.unique(np.concatenate([_early(rows) for rows in pieces(users)]))
    lengths, lookup = np.zeros(len(users), np.int64), lookup_of(users)
    for rows in pieces(users):
        owners = int64s(rows["user_id"])[_can_matter(rows, cap, early)]
        lengths += np.bincount(find(lookup, owners), minlength=len(users))
    starts = np.append(starts, len(wanted[0]))
    ends = np.empty(len(readers), np.int64)
    count = cut(starts, indexes.astype(np.int32), lengths, limit, np.full(len(users), -1, np.int32), ends)
    first = 0
    for end in ends[:count].tolist():
        needed = np.unique(wanted[1][starts[first] : starts[end]])
        found = pa.concat_tables(rows.filter(flags(_can_matter(rows, cap, early))) for rows in pieces(needed))
        yield Portion(int(readers[first]), int(readers[end - 1]), found)
        first = end


def with_own(follows: Pairs, authors: Ids) -> Pairs:
    """The follows, and each author paired with itself, ascending by the first."""
    first, second = (np.concatenate([column, authors]) for column in follows)
    order = np.argsort(first, kind="stable")
    return first[order], second[order]


@compiled
def cut(
    starts: Ids, users: Indexes, lengths: Ids, limit: int, seen: Indexes, ends: Ids,
) -> int:  # fmt: skip
    """Write where each portion of readers ends; how many there are. `seen` has a -1 for each user."""
    portion, held = 0, 0
    for reader in range(len(ends)):
        more = 0
        for place in range(starts[reader], starts[reader + 1]):
            if seen[users[place]] != portion:
                more += lengths[users[place]]
        if held and held + more > limit:
            ends[portion] = reader
            portion, held = portion + 1, 0
        for place in range(starts[reader], starts[reader + 1]):
            if seen[users[place]] != portion:
                seen[users[place]] = portion
                held += lengths[users[place]]
    ends[portion] = len(ends)
    return portion + 1


def _early(rows: pa.Table) -> Ids:
    """The posts with a repost that is dated before them."""
    is_early = pc.and_(is_text(rows["kind"], "repost"), pc.less(rows["entered_at"], rows["posted_at"]))
    return int64s(rows["post_id"].filter(is_early))


def _can_matter(rows: pa.Table, cap: int, early: Ids) -> Bools:
    """Which rows are reposts, or have fewer than `cap` posts before them that every follower sees at their own time."""
    owners = int64s(rows["user_id"])
    seen = bools(is_text(rows["kind"], "post")) & ~np.isin(int64s(rows["post_id"]), early)
    before: Ids = np.cumsum(seen) - seen
    starts = np.flatnonzero(np.diff(owners, prepend=0))
    sizes = np.diff(np.append(starts, len(owners)))
    found: Bools = (before - np.repeat(before[starts], sizes) < cap) | bools(is_text(rows["kind"], "repost"))
    return found

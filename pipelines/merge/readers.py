"""The readers of one bucket, and to whom of them each user's entries go."""

import numpy as np

from pipelines.merge.groups import Groups, grouped, keys_of, starts_of
from pipelines.merge.kernel import Audience
from pipelines.merge.lookup import Ids, Indexes, find
from pipelines.merge.reasons import Readers, Rules
from pipelines.merge.timelines import Timelines

Pairs = tuple[Ids, Ids]
"""Ids of two users each, ascending by both."""


def readers_of(timelines: Timelines, follows: Pairs, hides: Pairs, own: Ids) -> Readers:
    """The readers of a bucket: everyone who follows somebody with a timeline, and the ids in `own`."""
    followers, followees = _known(timelines, follows)
    first = np.flatnonzero(np.diff(followers, prepend=0))
    readers = np.union1d(followers[first], own)
    follower = np.repeat(np.searchsorted(readers, followers[first]), np.diff(first, append=len(followers)))
    hiders, hidden = _known(timelines, hides)
    reading = np.isin(hiders, readers)
    users = len(timelines.users)
    return Readers(
        readers,
        find(timelines.lookup, readers),
        Groups(starts_of(follower, len(readers)), followees),
        grouped(followees, follower, users),
        grouped(hidden[reading], np.searchsorted(readers, hiders[reading]), users),
    )


def followers_since(timelines: Timelines, readers: Readers, pairs: Pairs) -> Groups:
    """Of each user those of the readers whose pair with the user is among some, ascending."""
    followers, followees = _known(timelines, pairs)
    return grouped(followees, np.searchsorted(readers.reader_id, followers), len(timelines.users))


def _known(timelines: Timelines, pairs: Pairs) -> tuple[Ids, Indexes]:
    """The pairs whose second user the timelines name, that one as an index."""
    index = find(timelines.lookup, pairs[1])
    known = index >= 0
    return pairs[0][known], index[known]


def authors_in(timelines: Timelines, bucket: int, buckets: int) -> Ids:
    """The users of a bucket who have a timeline."""
    users: Ids = timelines.users[(timelines.users % buckets == bucket) & (timelines.lengths > 0)]
    return users


def with_timelines(timelines: Timelines, some: Ids) -> Ids:
    """Those of some users who have a timeline."""
    index = find(timelines.lookup, some)
    known = np.flatnonzero(index >= 0)
    return some[known[timelines.lengths[index[known]] > 0]]


def audience_of(readers: Readers, rules: Rules) -> Audience:
    """To whom the entries of each user go: the followers from whom the user is not hidden, and the user."""
    width = len(readers.reader_id)
    to = _without(keys_of(readers.followers, width), keys_of(readers.hiders, width))
    if rules.own_posts:
        own = np.flatnonzero(readers.user >= 0)
        to = np.sort(np.concatenate([to, readers.user[own].astype(np.int64) * width + own]), kind="stable")
    users, reader = np.divmod(to, max(width, 1))
    starts = starts_of(users, len(readers.followers.start) - 1)
    bounds = np.stack([starts[:-1], starts[1:]], axis=1)
    return Audience(bounds, reader.astype(np.int32))


def _without(keys: Ids, few: Ids) -> Ids:
    """The keys, which ascend, without a few of them."""
    at = np.searchsorted(keys, few)
    return np.delete(keys, at[np.append(keys, -1)[at] == few])

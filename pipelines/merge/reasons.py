"""Reasons: whether an entry is the earliest reason for which a reader is shown its post.

A post stands once, at its earliest reason, so an entry counts only when there is no earlier one. That is decided on the
spot, from whom the reader follows and from the post's reposts by time, and needs no memory of what was delivered.
"""

from typing import Any, NamedTuple

from pipelines.compiled import inlined
from pipelines.merge.groups import Groups, has
from pipelines.merge.lookup import Ids, Indexes
from pipelines.merge.timelines import (
    AUTHOR,
    FIRST,
    NO_REPOST,
    NOT_A_REPLY,
    POSTED_AT,
    REPLY_PARENT,
    REPOSTED_AT,
    REPOSTER,
    TIME,
    UNSEEN_PARENT,
    Timelines,
)

FOLLOWED_PARENTS, ALL, NONE = 0, 1, 2

LOOK_UP = 16
"""How many times more reposts than the reader's followees a post has before the followees are looked up instead."""


class Readers(NamedTuple):
    """Readers by id, each as a user (an index, or -1), the followees of each, and of each user who follows or hides.

    What is asked of a user all readers ask, so that it is in the cache while an entry goes to one after another.
    """

    reader_id: Ids
    user: Indexes
    followees: Groups
    followers: Groups
    hiders: Groups


class Rules(NamedTuple):
    """The policy as numbers; `replies` is FOLLOWED_PARENTS, ALL or NONE."""

    cap: int
    own_posts: bool
    replies: int


@inlined
def _follow_shows(readers: Readers, reader: int, parent: int, replies: int) -> Any:
    """Whether following its author is a reason for a post that answers `parent`, who may be the author."""
    if parent == NOT_A_REPLY or replies == ALL:
        return True
    if replies == NONE or parent == UNSEEN_PARENT:
        return False
    return parent == readers.user[reader] or has(readers.followers, parent, reader)


@inlined
def _reposted_before(timelines: Timelines, readers: Readers, reader: int, post: int, time: int, reposter: int) -> Any:
    """Whether a followee who is not hidden reposted the post before (time, reposter).

    Looks through the post's reposts by time, or looks each followee up where the post has far more reposts than that.
    """
    first, end = timelines.reposted.posts[post, FIRST], timelines.reposted.posts[post + 1, FIRST]
    if end - first > LOOK_UP * (readers.followees.start[reader + 1] - readers.followees.start[reader]):
        return _looked_up(timelines, readers, reader, first, end, time, reposter)
    for row in range(first, end):
        at, by = timelines.reposted.by_time[row, REPOSTED_AT], timelines.reposted.by_time[row, REPOSTER]
        if at > time or (at == time and by >= reposter):
            return False
        if has(readers.followers, by, reader) and not has(readers.hiders, by, reader):
            return True
    return False


@inlined
def _looked_up(
    timelines: Timelines, readers: Readers, reader: int, first: int, end: int, time: int, reposter: int
) -> Any:
    """Whether a followee who is not hidden is, before (time, reposter), in the rows `first` to `end` of reposters."""
    rows, followees = timelines.reposted.by_reposter, readers.followees
    for followee in followees.members[followees.start[reader] : followees.start[reader + 1]]:
        low, high = first, end
        while low < high:
            middle = (low + high) // 2
            if rows[middle, REPOSTER] < followee:
                low = middle + 1
            else:
                high = middle
        if low < end and rows[low, REPOSTER] == followee and not has(readers.hiders, followee, reader):
            at = rows[low, REPOSTED_AT]
            if at < time or (at == time and followee < reposter):
                return True
    return False


@inlined
def repost_counts(timelines: Timelines, readers: Readers, reader: int, entry: int, rules: Rules) -> Any:
    """Whether a repost is the reader's earliest reason for the post."""
    post, time, reposter = timelines.repost[entry], timelines.shown[entry, TIME], timelines.owner[entry]
    author, user = timelines.reposted.posts[post, AUTHOR], readers.user[reader]
    if reposter == user or has(readers.hiders, author, reader):
        return False
    if timelines.reposted.posts[post, POSTED_AT] <= time:
        if author == user and rules.own_posts:
            return False
        parent = timelines.reposted.posts[post, REPLY_PARENT]
        if has(readers.followers, author, reader) and _follow_shows(readers, reader, parent, rules.replies):
            return False
    return not _reposted_before(timelines, readers, reader, post, time, reposter)


@inlined
def post_counts(timelines: Timelines, readers: Readers, reader: int, entry: int, rules: Rules) -> Any:
    """Whether a post, written by the reader or a followee, is the reader's earliest reason for itself."""
    parent = timelines.parent[entry]
    is_own = timelines.owner[entry] == readers.user[reader]
    if not is_own and not _follow_shows(readers, reader, parent, rules.replies):
        return False
    post = timelines.repost[entry]
    return post == NO_REPOST or not _reposted_before(timelines, readers, reader, post, timelines.shown[entry, TIME], -1)

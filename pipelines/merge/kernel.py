"""The merge: each reader's followees' timelines, newest first, by a heap that stops at the cap.

A post stands once, at its earliest reason. So an entry is emitted only when no earlier reason exists: that is decided
on the spot, from the marks of whom the reader follows and from the post's reposts by time, and needs no memory of
what was emitted. O(cap log followees) a reader, plus the entries that are skipped.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pipelines.compiled import compiled, inlined
from pipelines.merge.lookup import Ids, Indexes
from pipelines.merge.timelines import (
    A_REPOST,
    AUTHOR,
    FIRST,
    NO_REPOST,
    NOT_A_REPLY,
    PARENT,
    POST,
    POSTED_AT,
    REPLY_PARENT,
    REPOSTED,
    REPOSTED_AT,
    REPOSTER,
    TIME,
    UNSEEN_PARENT,
    Timelines,
)

FOLLOWED_PARENTS, ALL, NONE = 0, 1, 2

LOOK_UP = 16
"""How many times more reposts than the reader's followees a post has before the followees are looked up instead."""


FOLLOWED, HIDDEN = 1, 2
"""Marks of what a reader is to a user; both may hold at once."""


class Readers(NamedTuple):
    """Readers by id, each as a user (an index, or -1), and the indexes of the followees and of the hidden users."""

    reader_id: Ids
    user: Indexes
    start: Ids
    followees: Indexes
    hidden_start: Ids
    hidden: Indexes


class Rules(NamedTuple):
    """The policy as numbers; `replies` is FOLLOWED_PARENTS, ALL or NONE."""

    cap: int
    own_posts: bool
    replies: int


class Entries(NamedTuple):
    """Newsfeed entries; `reposter_id` is 0 when the reason is no repost."""

    reader_id: Ids
    position: Indexes
    post_id: Ids
    author_id: Ids
    reposter_id: Ids
    entered_at: Ids


class Heap(NamedTuple):
    """A heap of timelines by (time, post) of their next entry: `time` and `slot` are in heap order.

    By slot: where the next entry is, which post it is, where the timeline ends, and whose it is.
    """

    time: Ids
    slot: Indexes
    at: Ids
    post: Ids
    end: Ids
    owner: Indexes


def make_entries(size: int) -> Entries:
    """Room for so many entries."""
    longs = [np.empty(size, np.int64) for _ in range(5)]
    return Entries(longs[0], np.empty(size, np.int32), *longs[1:])


def make_heap(size: int) -> Heap:
    """Room for so many timelines."""
    time, at, post, end = (np.empty(size, np.int64) for _ in range(4))
    return Heap(time, np.empty(size, np.int32), at, post, end, np.empty(size, np.int32))


@inlined
def _newer(heap: Heap, time: int, slot: int, other_time: int, other_slot: int) -> Any:
    if time != other_time:
        return time > other_time
    return heap.post[slot] > heap.post[other_slot]


@inlined
def _sink(heap: Heap, place: int, size: int) -> None:
    """Let the item at a place sink to where it belongs."""
    time, slot = heap.time[place], heap.slot[place]
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        right = child + 1
        if right < size and _newer(heap, heap.time[right], heap.slot[right], heap.time[child], heap.slot[child]):
            child = right
        if not _newer(heap, heap.time[child], heap.slot[child], time, slot):
            break
        heap.time[place], heap.slot[place] = heap.time[child], heap.slot[child]
        place = child
    heap.time[place], heap.slot[place] = time, slot


@inlined
def _push_timeline(heap: Heap, size: int, timelines: Timelines, owner: int) -> Any:
    """Put a user's timeline behind the others, heap order yet to be made; the new size."""
    first, end = timelines.start[owner], timelines.start[owner + 1]
    if first < end:
        heap.at[size], heap.end[size], heap.owner[size], heap.slot[size] = first, end, owner, size
        heap.time[size], heap.post[size] = timelines.entries[first, TIME], timelines.entries[first, POST]
        size += 1
    return size


@inlined
def _follow_shows(marks: Any, reader: int, parent: int, replies: int) -> Any:
    """Whether following the author, who is marked, is a reason for a post that answers `parent`."""
    if parent == NOT_A_REPLY or replies == ALL:
        return True
    if replies == NONE or parent == UNSEEN_PARENT:
        return False
    return parent == reader or bool(marks[parent] & FOLLOWED)


@inlined
def _reposted_before(timelines: Timelines, marks: Any, followees: Any, post: int, time: int, reposter: int) -> Any:
    """Whether a followee who is not hidden reposted the post before (time, reposter).

    Looks through the post's reposts by time, or looks each followee up where the post has far more reposts than that.
    """
    first, end = timelines.reposted[post, FIRST], timelines.reposted[post + 1, FIRST]
    if end - first > LOOK_UP * len(followees):
        return _looked_up(timelines, marks, followees, first, end, time, reposter)
    for row in range(first, end):
        at, by = timelines.reposts[row, REPOSTED_AT], timelines.reposts[row, REPOSTER]
        if at > time or (at == time and by >= reposter):
            return False
        if marks[by] == FOLLOWED:
            return True
    return False


@inlined
def _looked_up(timelines: Timelines, marks: Any, followees: Any, first: int, end: int, time: int, reposter: int) -> Any:
    """Whether a followee who is not hidden is, before (time, reposter), in the rows `first` to `end` of reposters."""
    for followee in followees:
        low, high = first, end
        while low < high:
            middle = (low + high) // 2
            if timelines.reposters[middle, REPOSTER] < followee:
                low = middle + 1
            else:
                high = middle
        if marks[followee] == FOLLOWED and low < end and timelines.reposters[low, REPOSTER] == followee:
            at = timelines.reposters[low, REPOSTED_AT]
            if at < time or (at == time and followee < reposter):
                return True
    return False


@inlined
def _repost_counts(
    timelines: Timelines, marks: Any, followees: Any, reader: int, at: int, reposter: int, rules: Rules
) -> Any:
    """Whether a repost is the reader's earliest reason for the post."""
    post, time = timelines.entries[at, REPOSTED], timelines.entries[at, TIME]
    author, parent = timelines.reposted[post, AUTHOR], timelines.reposted[post, REPLY_PARENT]
    if reposter == reader or marks[author] & HIDDEN:
        return False
    if timelines.reposted[post, POSTED_AT] <= time:
        if author == reader and rules.own_posts:
            return False
        if marks[author] and _follow_shows(marks, reader, parent, rules.replies):
            return False
    return not _reposted_before(timelines, marks, followees, post, time, reposter)


@inlined
def _post_counts(
    timelines: Timelines, marks: Any, followees: Any, reader: int, at: int, author: int, rules: Rules
) -> Any:
    """Whether a post, written by the reader or a followee, is the reader's earliest reason for itself."""
    post, time = timelines.entries[at, REPOSTED], timelines.entries[at, TIME]
    if author != reader and not _follow_shows(marks, reader, timelines.entries[at, PARENT], rules.replies):
        return False
    return post == NO_REPOST or not _reposted_before(timelines, marks, followees, post, time, -1)


@inlined
def _merge_reader(
    timelines: Timelines, marks: Any, followees: Any, heap: Heap, size: int, reader: int, reader_id: int, rules: Rules,
    out: Entries, row: int,
) -> Any:  # fmt: skip
    """Write one reader's entries from `row` on; the row behind the last."""
    for place in range(size // 2 - 1, -1, -1):
        _sink(heap, place, size)
    position = 0
    while size and position < rules.cap:
        slot = heap.slot[0]
        at, owner = heap.at[slot], heap.owner[slot]
        is_repost = timelines.entries[at, PARENT] == A_REPOST
        if is_repost:
            counts = _repost_counts(timelines, marks, followees, reader, at, owner, rules)
        else:
            counts = _post_counts(timelines, marks, followees, reader, at, owner, rules)
        if counts:
            position += 1
            out.reader_id[row], out.position[row] = reader_id, position
            out.post_id[row], out.entered_at[row] = heap.post[slot], heap.time[0]
            author = timelines.reposted[timelines.entries[at, REPOSTED], AUTHOR] if is_repost else owner
            out.author_id[row] = timelines.users[author]
            out.reposter_id[row] = timelines.users[owner] if is_repost else 0
            row += 1
        if at + 1 < heap.end[slot]:
            heap.at[slot], heap.post[slot] = at + 1, timelines.entries[at + 1, POST]
            heap.time[0] = timelines.entries[at + 1, TIME]
        else:
            size -= 1
            heap.time[0], heap.slot[0] = heap.time[size], heap.slot[size]
        _sink(heap, 0, size)
    return row


@compiled
def merge(
    timelines: Timelines, readers: Readers, first: int, end: int, rules: Rules, marks: npt.NDArray[np.uint8],
    heap: Heap, entries: Entries,
) -> Any:  # fmt: skip
    """Write the newsfeeds of the readers `first` to `end`, in their order; how many entries.

    `marks` has a 0 for each user, and again at the end; `heap` has room for the most followees and one more.
    """
    row = 0
    for number in range(first, end):
        reader, size = readers.user[number], 0
        followees = readers.followees[readers.start[number] : readers.start[number + 1]]
        hidden = readers.hidden[readers.hidden_start[number] : readers.hidden_start[number + 1]]
        for other in hidden:
            marks[other] = HIDDEN
        for followee in followees:
            marks[followee] |= FOLLOWED
            if marks[followee] == FOLLOWED:
                size = _push_timeline(heap, size, timelines, followee)
        if rules.own_posts and reader >= 0:
            size = _push_timeline(heap, size, timelines, reader)
        row = _merge_reader(
            timelines, marks, followees, heap, size, reader, readers.reader_id[number], rules, entries, row
        )
        for followee in followees:
            marks[followee] = 0
        for other in hidden:
            marks[other] = 0
    return row


@compiled
def longest(timelines: Timelines, readers: Readers, cap: int, bounds: Ids) -> None:
    """Write the most entries that each reader's newsfeed can have."""
    for number in range(len(bounds)):
        bound = 0
        for followee in readers.followees[readers.start[number] : readers.start[number + 1]]:
            bound += timelines.start[followee + 1] - timelines.start[followee]
        if readers.user[number] >= 0:
            bound += timelines.start[readers.user[number] + 1] - timelines.start[readers.user[number]]
        bounds[number] = min(bound, cap)

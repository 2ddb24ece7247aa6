"""The merge: each reader's followees' timelines, newest first, by a heap that stops at the cap.

A post stands once, at its earliest reason. So an entry is emitted only when no earlier reason exists: that is decided
on the spot, from the marks of whom the reader follows and from the post's reposts by time, and needs no memory of
what was emitted. O(cap log followees) a reader, plus the entries that are skipped.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from pipelines.merge.lookup import Ids, Indexes
from pipelines.merge.timelines import NO_REPOST, NOT_A_REPLY, UNSEEN_PARENT, Timelines

FOLLOWED_PARENTS, ALL, NONE = 0, 1, 2


class Readers(NamedTuple):
    """Readers by id, each with an index among the users (or -1) and the indexes of the followees."""

    reader_id: Ids
    index: Indexes
    start: Ids
    followees: Indexes


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
    """The next entry of each timeline that is left: where it is, where its timeline ends, and what it is ordered by."""

    at: Ids
    end: Ids
    owner: Indexes
    time: Ids
    post: Ids


def make_entries(size: int) -> Entries:
    """Room for so many entries."""
    one, other = np.int64, np.int32
    return Entries(*(np.empty(size, dtype) for dtype in (one, other, one, one, one, one)))


def make_heap(size: int) -> Heap:
    """Room for so many timelines."""
    one, other = np.int64, np.int32
    return Heap(*(np.empty(size, dtype) for dtype in (one, one, other, one, one)))


@njit(cache=True, nogil=True, inline="always")  # type: ignore[untyped-decorator]
def _newer(heap: Heap, one: int, other: int) -> Any:
    if heap.time[one] != heap.time[other]:
        return heap.time[one] > heap.time[other]
    return heap.post[one] > heap.post[other]


@njit(cache=True, nogil=True, inline="always")  # type: ignore[untyped-decorator]
def _put(heap: Heap, place: int, source: int) -> None:
    heap.at[place], heap.end[place], heap.owner[place] = heap.at[source], heap.end[source], heap.owner[source]
    heap.time[place], heap.post[place] = heap.time[source], heap.post[source]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _sink(heap: Heap, place: int, size: int) -> None:
    """Let the item at a place sink to where it belongs; the slot behind the heap is free for it meanwhile."""
    _put(heap, size, place)
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and _newer(heap, child + 1, child):
            child += 1
        if not _newer(heap, child, size):
            break
        _put(heap, place, child)
        place = child
    _put(heap, place, size)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _push_timeline(heap: Heap, size: int, timelines: Timelines, owner: int) -> Any:
    """Put a user's timeline behind the others, heap order yet to be made; the new size."""
    first, end = timelines.start[owner], timelines.start[owner + 1]
    if first == end:
        return size
    heap.at[size], heap.end[size], heap.owner[size] = first, end, owner
    heap.time[size], heap.post[size] = timelines.entered_at[first], timelines.post_id[first]
    return size + 1


@njit(cache=True, nogil=True, inline="always")  # type: ignore[untyped-decorator]
def _follow_shows(marks: Any, reader: int, author: int, parent: int, replies: int) -> Any:
    """Whether following the author is a reason for a post that answers `parent`."""
    if parent == NOT_A_REPLY or replies == ALL:
        return True
    if replies == NONE or parent == UNSEEN_PARENT:
        return False
    return parent in (author, reader) or marks[parent]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _reposted_before(timelines: Timelines, marks: Any, post: int, time: int, reposter: int) -> Any:
    """Whether a followee reposted the post before (time, reposter)."""
    for row in range(timelines.repost_start[post], timelines.repost_start[post + 1]):
        at, by = timelines.repost_at[row], timelines.repost_by[row]
        if at > time or (at == time and by >= reposter):
            return False
        if marks[by]:
            return True
    return False


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _is_earliest_reason(timelines: Timelines, marks: Any, reader: int, at: int, owner: int, rules: Rules) -> Any:
    """Whether the entry is a reason for the reader, and none is earlier."""
    post, time = timelines.reposted[at], timelines.entered_at[at]
    if not timelines.is_repost[at]:
        if owner != reader and not _follow_shows(marks, reader, owner, timelines.parent[at], rules.replies):
            return False
        return post == NO_REPOST or not _reposted_before(timelines, marks, post, time, -1)
    if owner == reader:
        return False
    author, parent = timelines.author[post], timelines.reply_parent[post]
    if timelines.posted_at[post] <= time:
        if author == reader and rules.own_posts:
            return False
        if marks[author] and _follow_shows(marks, reader, author, parent, rules.replies):
            return False
    return not _reposted_before(timelines, marks, post, time, owner)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _emit(timelines: Timelines, at: int, owner: int, reader_id: int, position: int, entries: Entries, row: int) -> None:
    entries.reader_id[row], entries.position[row] = reader_id, position
    entries.post_id[row], entries.entered_at[row] = timelines.post_id[at], timelines.entered_at[at]
    if timelines.is_repost[at]:
        entries.author_id[row] = timelines.users[timelines.author[timelines.reposted[at]]]
        entries.reposter_id[row] = timelines.users[owner]
    else:
        entries.author_id[row] = timelines.users[owner]
        entries.reposter_id[row] = 0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _merge_reader(
    timelines: Timelines, marks: Any, heap: Heap, size: int, reader: int, reader_id: int, rules: Rules, entries: Entries,
    row: int,
) -> Any:  # fmt: skip
    """Write one reader's entries from `row` on; the row behind the last."""
    for place in range(size // 2 - 1, -1, -1):
        _sink(heap, place, size)
    position = 0
    while size and position < rules.cap:
        at, owner = heap.at[0], heap.owner[0]
        if _is_earliest_reason(timelines, marks, reader, at, owner, rules):
            position += 1
            _emit(timelines, at, owner, reader_id, position, entries, row)
            row += 1
        if at + 1 < heap.end[0]:
            heap.at[0] = at + 1
            heap.time[0], heap.post[0] = timelines.entered_at[at + 1], timelines.post_id[at + 1]
        else:
            size -= 1
            _put(heap, 0, size)
        _sink(heap, 0, size)
    return row


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def merge(
    timelines: Timelines, readers: Readers, first: int, end: int, rules: Rules, marks: npt.NDArray[np.bool_], heap: Heap,
    entries: Entries,
) -> Any:  # fmt: skip
    """Write the newsfeeds of the readers `first` to `end`, in their order; how many entries.

    `marks` has a False for each user, and again at the end; `heap` has room for the most followees plus two.
    """
    row = 0
    for number in range(first, end):
        reader, size = readers.index[number], 0
        followees = readers.followees[readers.start[number] : readers.start[number + 1]]
        for followee in followees:
            marks[followee] = True
            size = _push_timeline(heap, size, timelines, followee)
        if rules.own_posts and reader >= 0:
            size = _push_timeline(heap, size, timelines, reader)
        row = _merge_reader(timelines, marks, heap, size, reader, readers.reader_id[number], rules, entries, row)
        for followee in followees:
            marks[followee] = False
    return row


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def longest(timelines: Timelines, readers: Readers, cap: int) -> Ids:
    """The most entries that each reader's newsfeed can have."""
    bounds = np.empty(len(readers.reader_id), np.int64)
    for number in range(len(bounds)):
        bound = 0
        for followee in readers.followees[readers.start[number] : readers.start[number + 1]]:
            bound += timelines.start[followee + 1] - timelines.start[followee]
        if readers.index[number] >= 0:
            bound += timelines.start[readers.index[number] + 1] - timelines.start[readers.index[number]]
        bounds[number] = min(bound, cap)
    return bounds

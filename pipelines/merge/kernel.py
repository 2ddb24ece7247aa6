"""The merge: entries go from the newest on to the readers who follow their owner, until a reader has `cap` of them.

A reader who is full leaves the lists of whom entries go to. So each step writes an entry, finds one that does not
count, or takes a reader from a list for good: newsfeeds cost what they show and the follows, however many deliveries
there would be, and nothing is compared or sorted.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pipelines.compiled import compiled, inlined
from pipelines.machine import prefetch
from pipelines.merge.lookup import Ids, Indexes
from pipelines.merge.reasons import Readers, Rules, post_counts, repost_counts
from pipelines.merge.timelines import A_REPOST, AUTHOR_ID, POST, REPOSTER_ID, TIME, Rows, Timelines

Bounds = npt.NDArray[np.int32]
Bits = npt.NDArray[np.uint8]

AHEAD = 8
"""How many entries ahead what they need is fetched into the cache, and where that is, twice as many."""


class Audience(NamedTuple):
    """To which readers each user's entries go: `readers[bounds[user, 0] : bounds[user, 1]]`.

    The second bound moves down as readers become full.
    """

    bounds: Bounds
    readers: Indexes


class Feeds(NamedTuple):
    """Each reader's entries, newest first: `entries[start[reader] : end[reader]]`; the end moves to the next start."""

    start: Ids
    end: Ids
    entries: Indexes


class Shown(NamedTuple):
    """What a newsfeed shows of entries; `reposter_id` is 0 when the reason is no repost."""

    post_id: Ids
    author_id: Ids
    reposter_id: Ids
    entered_at: Ids


@inlined
def deliver_to(
    timelines: Timelines, readers: Readers, audience: Audience, entry: int, rules: Rules, feeds: Feeds
) -> Any:
    """Deliver one entry; how many readers were full and left its owner's audience."""
    owner, is_repost = timelines.owner[entry], timelines.parent[entry] == A_REPOST
    place, end = audience.bounds[owner, 0], audience.bounds[owner, 1]
    full = 0
    while place < end:
        reader = audience.readers[place]
        to = feeds.end[reader]
        if to == feeds.start[reader + 1]:
            end, full = end - 1, full + 1
            audience.readers[place] = audience.readers[end]
            continue
        if is_repost:
            counts = repost_counts(timelines, readers, reader, entry, rules)
        else:
            counts = post_counts(timelines, readers, reader, entry, rules)
        if counts:
            feeds.entries[to] = entry
            feeds.end[reader] = to + 1
        place += 1
    audience.bounds[owner, 1] = end
    return full


@compiled
def hear(owner: Indexes, heard: Bits, entries: Indexes) -> int:
    """Write the entries whose owners have an audience, by a bit for each user; how many. The loop has no branch."""
    count = 0
    for entry in range(len(owner)):
        entries[count] = entry
        count += heard[owner[entry] >> 3] >> (owner[entry] & 7) & 1
    return count


@compiled
def deliver(
    timelines: Timelines, readers: Readers, audience: Audience, entries: Indexes, rules: Rules, feeds: Feeds
) -> None:
    """Write every reader's newsfeed, empty before; it has room for `cap` entries, or for all that can be in it."""
    left, last = len(audience.readers), len(entries) - 1
    for place in range(len(entries)):
        prefetch(audience.bounds, timelines.owner[entries[min(place + 2 * AHEAD, last)]])
        prefetch(audience.readers, audience.bounds[timelines.owner[entries[min(place + AHEAD, last)]], 0])
        left -= deliver_to(timelines, readers, audience, entries[place], rules, feeds)
        if not left:
            break


@compiled
def close_gaps(feeds: Feeds) -> None:
    """Move all newsfeeds' entries together, to where they begin if each has just the room that it needs."""
    to = 0
    for reader in range(len(feeds.end)):
        for at in range(feeds.start[reader], feeds.end[reader]):
            feeds.entries[to] = feeds.entries[at]
            to += 1


@compiled
def show(shown: Rows, entries: Indexes, into: Shown) -> None:
    """Write out what a newsfeed shows of entries."""
    for row in range(len(entries)):
        prefetch(shown, entries[min(row + 2 * AHEAD, len(entries) - 1)])
        entry = entries[row]
        into.entered_at[row], into.post_id[row] = shown[entry, TIME], shown[entry, POST]
        into.author_id[row], into.reposter_id[row] = shown[entry, AUTHOR_ID], shown[entry, REPOSTER_ID]

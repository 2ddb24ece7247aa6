"""Newsfeeds as they were: whose they are, which of their entries are stale, and of which too few are left.

A newsfeed is the newest entries, up to the cap. Those of posts of which something changed are stale, and those whose
place is taken by what users followed since bring; all others are as they were, unless the reader follows fewer or hides
others than before. What was below a full newsfeed is not known: if too few entries are left that come before its last
one, the reader's newsfeed is to be made anew.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools
from pipelines.compiled import compiled, inlined
from pipelines.merge.facts import Entries
from pipelines.merge.lookup import Ids, Known, ids_in, is_known


class Bounds(NamedTuple):
    """Readers, ascending, and where the entries of each begin; the last one of `starts` is where all end."""

    readers: Ids
    starts: Ids


class Held(NamedTuple):
    """Newsfeeds as they were: of each entry the post, the time, and whether it is stale."""

    of: Bounds
    post: Ids
    entered_at: Ids
    stale: Bools


def by_file(entries: Entries, files: Sequence[Held]) -> Iterator[Entries]:
    """The entries of the readers of each file, and of those behind them up to the first one of the next."""
    firsts = [file.of.readers[0] for file in files[1:]]
    for start, end in pairwise([0, *np.searchsorted(entries.reader, firsts), len(entries.reader)]):
        yield Entries(*(column[start:end] for column in entries))


def bounds_of(entries: Entries) -> Bounds:
    """The readers of entries, which ascend by reader."""
    starts = np.flatnonzero(np.diff(entries.reader, prepend=0))
    return Bounds(entries.reader[starts], np.append(starts, len(entries.reader)))


@compiled
def _look_through(reader: Ids, post: Ids, changed: Known, touched: Ids, starts: Ids, stale: Bools) -> int:
    """Write where each reader's entries begin, and which are stale: those that touched ones have of posts that changed.

    Returns how many readers there are; those touched ascend.
    """
    count = at = 0
    is_touched = False
    for row in range(len(reader)):
        if row == 0 or reader[row] != reader[row - 1]:
            starts[count] = row
            count += 1
            while at < len(touched) and touched[at] < reader[row]:
                at += 1
            is_touched = at < len(touched) and touched[at] == reader[row]
        stale[row] = is_touched and is_known(changed, post[row])
    return count


def held_in(rows: pa.Table, changed: Known, touched: Ids) -> Held:
    """What some rows of the view hold, which ascend by reader; entries of posts that changed are stale.

    Of readers who are not touched they are as they were.
    """
    reader, post, entered_at = (ids_in(rows, name) for name in ("reader_id", "post_id", "entered_at"))
    starts, stale = np.empty(len(reader) + 1, np.int64), np.empty(len(reader), np.bool_)
    count = _look_through(reader, post, changed, touched, starts, stale)
    return Held(Bounds(reader[starts[:count]], np.append(starts[:count], len(reader))), post, entered_at, stale)


@inlined
def stale_in(stale: Bools, first: int, end: int) -> Any:
    """How many entries are stale."""
    count = 0
    for row in range(first, end):
        count += stale[row]
    return count


@inlined
def comes_first(one: Any, row: int, other: Any, place: int) -> Any:
    """Whether an entry is newer than another one."""
    if one.entered_at[row] != other.entered_at[place]:
        return one.entered_at[row] > other.entered_at[place]
    return one.post[row] > other.post[place]


@compiled
def _too_few(held: Held, new: Entries, of_new: Bounds, cap: int, found: Ids) -> int:
    """Write the readers with full newsfeeds of which too few entries are known; how many these are.

    Known are those that are not stale, and of the new ones such as are not behind the last one that there was.
    """
    count = at = 0
    for number in range(len(held.of.readers)):
        reader, first, end = held.of.readers[number], held.of.starts[number], held.of.starts[number + 1]
        if end - first < cap:
            continue
        known = end - first - stale_in(held.stale, first, end)
        if known == cap:
            continue
        while at < len(of_new.readers) and of_new.readers[at] < reader:
            at += 1
        if at < len(of_new.readers) and of_new.readers[at] == reader:
            for row in range(of_new.starts[at], of_new.starts[at + 1]):
                known += not comes_first(held, end - 1, new, row)
        if known < cap:
            found[count] = reader
            count += 1
    return count


def too_few(held: Held, new: Entries, cap: int) -> Ids:
    """The readers whose newsfeeds cannot be made of their old entries, some of them stale, and new ones."""
    found = np.empty(len(held.post) // max(cap, 1), np.int64)
    return found[: _too_few(held, new, bounds_of(new), cap, found)]

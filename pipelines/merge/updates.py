"""Newsfeeds as they were, merged with the entries of posts of which something changed.

A newsfeed is the newest entries, up to the cap. Those of posts of which nothing changed are as they were, unless the
reader follows or hides others than before. What was below a full newsfeed is not known: if too few entries are left
that come before its last one, the reader's newsfeed is to be made anew.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import Bools, arrow, arrow_where
from pipelines.compiled import compiled, inlined
from pipelines.merge.facts import Entries
from pipelines.merge.lookup import Ids

Positions = npt.NDArray[np.int32]


class Bounds(NamedTuple):
    """Readers, ascending, and where the entries of each begin; one more than there are readers, and the end of all."""

    readers: Ids
    starts: Ids


def bounds_of(entries: Entries) -> Bounds:
    """The readers of entries, which ascend by reader."""
    starts = np.flatnonzero(np.diff(entries.reader, prepend=0))
    return Bounds(np.append(entries.reader[starts], np.int64(2**63 - 1)), np.append(starts, len(entries.reader)))


@inlined
def _comes_first(one: Entries, row: int, other: Entries, place: int) -> Any:
    """Whether an entry is newer than another one."""
    if one.entered_at[row] != other.entered_at[place]:
        return one.entered_at[row] > other.entered_at[place]
    return one.post[row] > other.post[place]


@compiled
def _too_few(old: Entries, of_old: Bounds, stale: Bools, new: Entries, of_new: Bounds, cap: int, found: Ids) -> int:
    """Write the readers with full newsfeeds of which too few entries are known; how many these are.

    Known are those that are not stale, and of the new ones such as are not behind the last one that there was.
    """
    count = at = 0
    for number in range(len(of_old.readers) - 1):
        first, end = of_old.starts[number], of_old.starts[number + 1]
        if end - first < cap:
            continue
        known = 0
        for row in range(first, end):
            known += not stale[row]
        if known == cap:
            continue
        while of_new.readers[at] < of_old.readers[number]:
            at += 1
        if of_new.readers[at] == of_old.readers[number]:
            for row in range(of_new.starts[at], of_new.starts[at + 1]):
                known += not _comes_first(old, end - 1, new, row)
        if known < cap:
            found[count] = of_old.readers[number]
            count += 1
    return count


def too_few(old: Entries, stale: Bools, new: Entries, cap: int) -> Ids:
    """The readers whose newsfeeds cannot be made of their old entries, some of them stale, and new ones."""
    found = np.empty(len(old.reader) // max(cap, 1), np.int64)
    return found[: _too_few(old, bounds_of(old), stale, new, bounds_of(new), cap, found)]


@inlined
def _copy(one: Entries, row: int, to: Entries, place: int) -> None:
    to.reader[place], to.post[place], to.author[place] = one.reader[row], one.post[row], one.author[row]
    to.reposter[place], to.entered_at[place] = one.reposter[row], one.entered_at[row]


@compiled
def _merge(
    old: Entries, first: int, end: int, stale: Bools, new: Entries, at: int, last: int, cap: int,
    to: Entries, place: int, is_new: Bools,
) -> int:  # fmt: skip
    """Write the newest of a reader's old entries that are not stale and of the new ones; the place behind them."""
    limit = place + cap
    while place < limit:
        while first < end and stale[first]:
            first += 1
        if at < last and (first == end or _comes_first(new, at, old, first)):
            _copy(new, at, to, place)
            is_new[place] = True
            at += 1
        elif first < end:
            _copy(old, first, to, place)
            first += 1
        else:
            break
        place += 1
    return place


@compiled
def _update(
    old: Entries, of_old: Bounds, stale: Bools, new: Entries, of_new: Bounds, anew: Ids, made: Entries, of_made: Bounds,
    cap: int, to: Entries, positions: Positions, is_new: Bools,
) -> int:  # fmt: skip
    """Write the newsfeeds of all readers, by reader, and which entries are not as they were; how many these are."""
    total = number = at = place = one = 0
    while True:
        reader = min(of_old.readers[number], of_new.readers[at], of_made.readers[place])
        if reader == 2**63 - 1:
            return total
        start = total
        while anew[one] < reader:
            one += 1
        if anew[one] == reader:
            if of_made.readers[place] == reader:
                for row in range(of_made.starts[place], of_made.starts[place + 1]):
                    _copy(made, row, to, total)
                    is_new[total] = True
                    total += 1
        else:
            first = end = behind = last = 0
            if of_old.readers[number] == reader:
                first, end = of_old.starts[number], of_old.starts[number + 1]
            if of_new.readers[at] == reader:
                behind, last = of_new.starts[at], of_new.starts[at + 1]
            total = _merge(old, first, end, stale, new, behind, last, cap, to, total, is_new)
        number += of_old.readers[number] == reader
        at += of_new.readers[at] == reader
        place += of_made.readers[place] == reader
        for row in range(start, total):
            positions[row] = row - start + 1


class Updated(NamedTuple):
    """Newsfeeds: their entries, the positions of these, and which are not as they were, though they may be equal."""

    entries: Entries
    positions: Positions
    is_new: Bools


def updated(old: Entries, stale: Bools, new: Entries, anew: Ids, made: Entries, cap: int) -> Updated:
    """The newsfeeds of all readers, by reader: of those `anew` what was made, of others old and new merged."""
    size = len(old.reader) + len(new.reader) + len(made.reader)
    to, positions = Entries(*(np.empty(size, np.int64) for _ in Entries._fields)), np.empty(size, np.int32)
    closed = np.append(anew, np.int64(2**63 - 1))
    bounds, is_new = [bounds_of(one) for one in (old, new, made)], np.zeros(size, np.bool_)
    total = _update(old, bounds[0], stale, new, bounds[1], closed, made, bounds[2], cap, to, positions, is_new)
    return Updated(Entries(*(column[:total] for column in to)), positions[:total], is_new[:total])


def as_rows(entries: Entries, positions: Positions, schema: pa.Schema) -> pa.Table:
    """Entries as rows of the view."""
    columns = {
        "reader_id": arrow(entries.reader, pa.int64()),
        "position": arrow(positions, pa.int32()),
        "post_id": arrow(entries.post, pa.int64()),
        "author_id": arrow(entries.author, pa.int64()),
        "reposter_id": arrow_where(entries.reposter != 0, entries.reposter, pa.int64()),
        "entered_at": arrow(entries.entered_at, schema.field("entered_at").type),
    }
    return pa.table([columns[name] for name in schema.names], schema)

"""Newsfeeds as they were, merged with the entries of posts of which something changed."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import Bools, arrow, arrow_where, empty
from pipelines.compiled import compiled, inlined
from pipelines.merge.facts import Entries, entries_of
from pipelines.merge.groups import cuts
from pipelines.merge.held import Bounds, Held, bounds_of, comes_first, stale_in
from pipelines.merge.lookup import Ids
from pipelines.merge.timelines import each_once
from pipelines.owners import are_among

Positions = npt.NDArray[np.int32]


class Sources(NamedTuple):
    """Of each reader, by number, where the old, the new and the entries made anew begin, and who has only the latter.

    Where all end comes last.
    """

    old: Ids
    new: Ids
    made: Ids
    is_anew: Bools


class Updated(NamedTuple):
    """Newsfeeds: their entries, the positions of these, and which are not as they were, though they may be equal."""

    entries: Entries
    positions: Positions
    is_new: Bools


@inlined
def _copy_column(one: Ids, first: int, end: int, to: Ids, place: int) -> None:
    """Copy numbers; an index that cannot be negative is not looked at, so that several are copied at once."""
    start, at = np.uint64(first), np.uint64(place)
    for row in range(np.uint64(end - first)):
        to[at + row] = one[start + row]


@inlined
def _copy(one: Entries, first: int, end: int, to: Entries, place: int) -> None:
    """Copy entries to where others end."""
    _copy_column(one.reader, first, end, to.reader, place)
    _copy_column(one.post, first, end, to.post, place)
    _copy_column(one.author, first, end, to.author, place)
    _copy_column(one.reposter, first, end, to.reposter, place)
    _copy_column(one.entered_at, first, end, to.entered_at, place)


@inlined
def _merge(
    old: Entries, first: int, end: int, stale: Bools, new: Entries, at: int, last: int, cap: int,
    to: Entries, place: int, is_new: Bools,
) -> int:  # fmt: skip
    """Write the newest of a reader's old entries that are not stale and of the new ones; the place behind them."""
    limit = place + cap
    while place < limit:
        while first < end and stale[first]:
            first += 1
        if at < last and (first == end or comes_first(new, at, old, first)):
            _copy(new, at, at + 1, to, place)
            is_new[place] = True
            at += 1
        elif first < end:
            _copy(old, first, first + 1, to, place)
            first += 1
        else:
            break
        place += 1
    return place


@compiled
def _update(
    numbers: tuple[int, int],
    of: Sources,
    old: Entries,
    stale: Bools,
    new: Entries,
    made: Entries,
    cap: int,
    to: Updated,
) -> int:
    """Write the newsfeeds of some readers, from the first number to the second; how many entries these have."""
    total, before = 0, of.old[numbers[0]]
    for number in range(numbers[0], numbers[1]):
        start, first, end = total, of.old[number] - before, of.old[number + 1] - before
        if of.is_anew[number]:
            total += of.made[number + 1] - of.made[number]
            _copy(made, of.made[number], of.made[number + 1], to.entries, start)
            to.is_new[start:total] = True
        elif of.new[number] == of.new[number + 1] and not stale_in(stale, first, end):
            total += end - first
            _copy(old, first, end, to.entries, start)
        else:
            at, last = of.new[number], of.new[number + 1]
            total = _merge(old, first, end, stale, new, at, last, cap, to.entries, start, to.is_new)
        for row in range(start, total):
            to.positions[row] = row - start + 1
    return total


def updated(
    rows: pa.Table, held: Held, new: Entries, anew: Ids, made: Entries, cap: int, batch: int
) -> Iterator[Updated]:
    """The newsfeeds of all readers, by reader, some of them at a time, with at most so many entries unless it is one.

    Of those `anew` it is what was made, of others what the rows hold and the new entries, merged.
    """
    bounds = held.of, bounds_of(new), bounds_of(made)
    readers = each_once(np.concatenate([one.readers for one in bounds]))
    old_at, new_at, made_at = (_among(readers, one) for one in bounds)
    of = Sources(old_at, new_at, made_at, are_among(readers, anew))
    most = np.where(of.is_anew, np.diff(of.made), np.diff(of.old) + np.diff(of.new))
    for first, end in cuts(most, batch):
        size, (low, high) = int(most[first:end].sum()), (of.old[first], of.old[end])
        to = Updated(_room(size), empty(size, np.int32), np.zeros(size, np.bool_))
        old = entries_of(rows.slice(low, high - low))
        total = _update((first, end), of, old, held.stale[low:high], new, made, cap, to)
        yield Updated(Entries(*(column[:total] for column in to.entries)), to.positions[:total], to.is_new[:total])


def _room(size: int) -> Entries:
    return Entries(*(empty(size, np.int64) for _ in Entries._fields))


def _among(readers: Ids, of: Bounds) -> Ids:
    """Where the entries of each reader begin, and where all end; all who have any are among the readers."""
    sizes = np.zeros(len(readers) + 1, np.int64)
    sizes[np.searchsorted(readers, of.readers) + 1] = np.diff(of.starts)
    return np.cumsum(sizes)


def as_rows(found: Updated, schema: pa.Schema) -> pa.RecordBatch:
    """Entries as rows of the view."""
    entries = found.entries
    columns = {
        "reader_id": arrow(entries.reader, pa.int64()),
        "position": arrow(found.positions, pa.int32()),
        "post_id": arrow(entries.post, pa.int64()),
        "author_id": arrow(entries.author, pa.int64()),
        "reposter_id": arrow_where(entries.reposter != 0, entries.reposter, pa.int64()),
        "entered_at": arrow(entries.entered_at, schema.field("entered_at").type),
    }
    return pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)

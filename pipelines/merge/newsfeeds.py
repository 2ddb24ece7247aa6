"""The newsfeeds of one bucket of readers, in batches of a bounded size."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.merge.kernel import (
    ALL,
    FOLLOWED_PARENTS,
    NONE,
    Entries,
    Readers,
    Rules,
    longest,
    make_entries,
    make_heap,
    merge,
)
from pipelines.merge.lookup import Ids, Indexes, find
from pipelines.merge.timelines import Timelines
from pipelines.policy import Policy

BATCH = 512 * 1024
Pairs = tuple[Ids, Ids]
"""Ids of two users each, ascending by the first."""
REPLIES = {"followed": FOLLOWED_PARENTS, "all": ALL, "none": NONE}


def readers_of(timelines: Timelines, follows: Pairs, hides: Pairs, own: Ids) -> Readers:
    """The readers of a bucket: everyone who follows somebody with a timeline, and the ids in `own`."""
    followers, followees = _known(timelines, follows)
    readers = np.union1d(followers, own)
    hiders, hidden = _known(timelines, hides)
    reading = np.isin(hiders, readers)
    hiders, hidden = hiders[reading], hidden[reading]
    return Readers(
        readers,
        find(timelines.lookup, readers),
        _starts(readers, followers),
        followees,
        _starts(readers, hiders),
        hidden,
    )


def _known(timelines: Timelines, pairs: Pairs) -> tuple[Ids, Indexes]:
    """The pairs whose second user the timelines name, that one as an index."""
    index = find(timelines.lookup, pairs[1])
    known = index >= 0
    return pairs[0][known], index[known]


def _starts(readers: Ids, firsts: Ids) -> Ids:
    """For each reader where the run of pairs with a first user from this reader on begins, and their end."""
    starts: Ids = np.searchsorted(firsts, np.append(readers, np.iinfo(np.int64).max)).astype(np.int64)
    starts[-1] = len(firsts)
    return starts


def authors_in(timelines: Timelines, bucket: int, buckets: int) -> Ids:
    """The users of a bucket who have a timeline."""
    mine = (timelines.users % buckets == bucket) & (np.diff(timelines.start) > 0)
    users: Ids = timelines.users[mine]
    return users


def newsfeeds(timelines: Timelines, readers: Readers, policy: Policy, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The readers' newsfeeds in order: batches of about BATCH entries."""
    rules = Rules(policy.cap, policy.own_posts, REPLIES[policy.replies])
    bounds = np.empty(len(readers.reader_id), np.int64)
    longest(timelines, readers, policy.cap, bounds)
    bounds = np.cumsum(bounds)
    most = int(np.diff(readers.start).max(initial=0))
    marks, heap = np.zeros(len(timelines.users), np.uint8), make_heap(most + 1)
    first = 0
    while first < len(bounds):
        done = bounds[first - 1] if first else 0
        end = max(first + 1, int(np.searchsorted(bounds, done + BATCH, side="right")))
        entries = make_entries(int(bounds[end - 1] - done))
        rows = merge(timelines, readers, first, end, rules, marks, heap, entries)
        yield _batch(entries, rows, schema)
        first = end


def _batch(entries: Entries, rows: int, schema: pa.Schema) -> pa.RecordBatch:
    """The first rows as a batch with the view's columns."""
    columns = {name: _array(getattr(entries, name)[:rows], schema.field(name)) for name in schema.names}
    return pa.RecordBatch.from_arrays(list(columns.values()), schema=schema)


def _array(values: npt.NDArray[np.generic], field: pa.Field) -> pa.Array:
    mask = values == 0 if field.name == "reposter_id" else None
    if pa.types.is_timestamp(field.type):
        values = values.view("datetime64[us]")
    return pa.array(values, field.type, mask=mask)

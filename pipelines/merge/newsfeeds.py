"""The newsfeeds of one bucket of readers, in batches of a bounded size."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import arrow, arrow_where
from pipelines.merge.groups import cuts
from pipelines.merge.growing import concerned, deliver_since, since_of
from pipelines.merge.kernel import Audience, Feeds, Shown, close_gaps, deliver, hear, show
from pipelines.merge.lookup import Ids, Indexes
from pipelines.merge.readers import Pairs, audience_of, followers_since
from pipelines.merge.reasons import ALL, FOLLOWED_PARENTS, NONE, Readers, Rules
from pipelines.merge.timelines import Timelines
from pipelines.policy import Policy

REPLIES = {"followed": FOLLOWED_PARENTS, "all": ALL, "none": NONE}


def newsfeeds(
    timelines: Timelines, readers: Readers, policy: Policy, schema: pa.Schema, batch: int
) -> Iterator[pa.RecordBatch]:
    """The readers' newsfeeds in order: batches of at most so many entries, but each reader's entries in one."""
    rules = _rules(policy)
    feeds = _buffers(timelines, readers, policy.cap)
    audience = audience_of(readers, rules)
    deliver(timelines, readers, audience, _heard(timelines, audience), rules, feeds)
    yield from _batches(timelines, readers, feeds, schema, batch)


def brought(
    timelines: Timelines, readers: Readers, since: Pairs, policy: Policy, schema: pa.Schema, batch: int
) -> Iterator[pa.RecordBatch]:
    """What users followed since, who are among the followees, bring to newsfeeds: the newest, up to the cap.

    In the same batches. Just such entries are told as were not there, though their posts may have been.
    """
    rules = _rules(policy)
    feeds = _buffers(timelines, readers, policy.cap)
    audiences = since_of(readers, followers_since(timelines, readers, since), rules)
    deliver_since(timelines, readers, audiences, rules, feeds, concerned(timelines, audiences))
    yield from _batches(timelines, readers, feeds, schema, batch)


def _rules(policy: Policy) -> Rules:
    return Rules(policy.cap, policy.own_posts, REPLIES[policy.replies])


def _batches(
    timelines: Timelines, readers: Readers, feeds: Feeds, schema: pa.Schema, batch: int
) -> Iterator[pa.RecordBatch]:
    close_gaps(feeds)
    sizes = feeds.end - feeds.start[:-1]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    for first, end in cuts(sizes, batch):
        shown = _shown(timelines, feeds.entries[starts[first] : starts[end]])
        yield _batch(readers.reader_id[first:end], sizes[first:end], shown, schema)


def _heard(timelines: Timelines, audience: Audience) -> Indexes:
    """The entries that go to anybody."""
    heard = np.packbits(audience.bounds[:, 0] < audience.bounds[:, 1], bitorder="little")
    entries = np.empty(len(timelines.owner) + 1, np.int32)
    return entries[: hear(timelines.owner, heard, entries)]


def _buffers(timelines: Timelines, readers: Readers, cap: int) -> Feeds:
    """Empty newsfeeds with room for the cap, or for all that can be in one where that is less."""
    followed = np.concatenate([[0], np.cumsum(timelines.lengths[readers.followees.members])])
    own = np.where(readers.user >= 0, timelines.lengths[readers.user], 0)
    sizes = np.minimum(np.diff(followed[readers.followees.start]) + own, cap)
    start = np.concatenate([[0], np.cumsum(sizes)])
    return Feeds(start, start[:-1].copy(), np.empty(start[-1], np.int32))


def _shown(timelines: Timelines, entries: Indexes) -> Shown:
    """What a newsfeed shows of the entries."""
    found = Shown(*(np.empty(len(entries), np.int64) for _ in Shown._fields))
    show(timelines.shown, entries, found)
    return found


def _batch(readers: Ids, sizes: Ids, shown: Shown, schema: pa.Schema) -> pa.RecordBatch:
    """The entries of readers, who have so many each, as a batch with the view's columns."""
    before = np.repeat(np.cumsum(sizes) - sizes, sizes)
    position = (np.arange(1, len(before) + 1) - before).astype(np.int32)
    columns = {"reader_id": np.repeat(readers, sizes), "position": position, **shown._asdict()}
    return pa.RecordBatch.from_arrays([_array(columns[field.name], field) for field in schema], schema=schema)


def _array(values: npt.NDArray[np.generic], field: pa.Field) -> pa.Array:
    return arrow_where(values != 0, values, field.type) if field.name == "reposter_id" else arrow(values, field.type)

"""What stands, for the audit of newsfeeds: hash tables of its own; an entry costs a look or two into memory."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import bools, is_text
from pipelines.compiled import compiled, inlined
from pipelines.hashing import slot_of
from pipelines.machine import prefetch
from pipelines.merge.lookup import Ids, ids_in

Rows = npt.NDArray[np.int64]

# Columns of the standing posts and of the standing reposts, each a hash table by what stands first (0: a free row), so
# that one costs one look into memory. What was looked up of an entry: its post and, of a repost, the repost's time.
POST, AUTHOR, POSTED_AT, PARENT, REPOSTED_AT = range(5)
REPOSTER, TIME = 1, 2
POST_COLUMNS, REPOST_COLUMNS = PARENT + 1, TIME + 1
POST_FIELDS, REPOST_FIELDS = (
    ["post_id", "author_id", "posted_at", "parent_author_id"],
    ["post_id", "user_id", "entered_at"],
)
NOT_A_REPLY, UNSEEN, NEVER = -1, 0, -1


class Facts(NamedTuple):
    """What stands: the posts and the reposts."""

    posts: Rows
    reposts: Rows


def facts_of(timelines: pa.Table) -> Facts:
    """The standing posts and reposts in the rows of the relation `timelines`."""
    is_repost = is_text(timelines["kind"], "repost")
    written = timelines.select([*POST_FIELDS, "is_reply"]).filter(pc.invert(is_repost))
    passed_on = timelines.select(REPOST_FIELDS).filter(is_repost)
    posts = [ids_in(written, name) for name in POST_FIELDS]
    posts[PARENT] = np.where(bools(written["is_reply"]), posts[PARENT], NOT_A_REPLY)
    reposts = [ids_in(passed_on, name) for name in REPOST_FIELDS]
    facts = Facts(_free(written.num_rows, POST_COLUMNS), _free(passed_on.num_rows, REPOST_COLUMNS))
    _fill_posts(facts.posts, np.stack(posts, axis=1))
    _fill_reposts(facts.reposts, np.stack(reposts, axis=1))
    return facts


def _free(rows: int, columns: int) -> Rows:
    """A table of free rows for so many; it begins where a line of the cache does."""
    size = columns << (2 + rows * 3 // 2).bit_length()
    words = np.zeros(size + 8, np.int64)
    start = -words.ctypes.data // 8 % 8
    return words[start : start + size].reshape(-1, columns)


class Entries(NamedTuple):
    """What is audited; `reposter` is 0 when the reason is no repost."""

    reader: Ids
    post: Ids
    author: Ids
    reposter: Ids
    entered_at: Ids


ENTRY_COLUMNS = ["reader_id", "post_id", "author_id", "reposter_id", "entered_at"]
"""The columns of the view that are audited."""


def entries_of(rows: pa.Table | pa.RecordBatch) -> Entries:
    """Rows of the view as numbers; no reposter is 0."""
    return Entries(*(ids_in(rows, name) for name in ENTRY_COLUMNS))


@inlined
def _post_slot(posts: Rows, post: int) -> Any:
    """The first row of a line of the cache."""
    return slot_of(post, len(posts) - 2)


@inlined
def _repost_slot(reposts: Rows, post: int, reposter: int) -> Any:
    return slot_of(np.uint64(post) ^ np.uint64(reposter) * np.uint64(0xC2B2AE3D27D4EB4F), len(reposts) - 1)


@inlined
def _row_of(posts: Rows, post: int) -> Any:
    """The row of a post, or the free one where it would be; mostly one of the two in a line, found without a branch."""
    mask, row = len(posts) - 1, _post_slot(posts, post)
    row += posts[row + 1, POST] == post
    while posts[row, POST] != 0 and posts[row, POST] != post:
        row = (row + 1) & mask
    return row


@inlined
def _repost_row_of(reposts: Rows, post: int, reposter: int) -> Any:
    """The row of a repost, or the free one where it would be."""
    mask, row = len(reposts) - 1, _repost_slot(reposts, post, reposter)
    while reposts[row, POST] != 0 and (reposts[row, POST] != post or reposts[row, REPOSTER] != reposter):
        row = (row + 1) & mask
    return row


@compiled
def _fill_posts(posts: Rows, given: Rows) -> None:
    """Put posts into a table with free rows left."""
    for one in given:
        row = _row_of(posts, one[POST])
        for column in range(POST_COLUMNS):
            posts[row, column] = one[column]


@compiled
def _fill_reposts(reposts: Rows, given: Rows) -> None:
    """Put reposts into a table with free rows left."""
    for one in given:
        row = _repost_row_of(reposts, one[POST], one[REPOSTER])
        for column in range(REPOST_COLUMNS):
            reposts[row, column] = one[column]


@compiled
def look_up(facts: Facts, entries: Entries, first: int, end: int, found: Rows) -> None:
    """Write what the facts say of the entries."""
    for place in range(first, end):
        post, reposter = entries.post[place], entries.reposter[place]
        prefetch(facts.posts, _post_slot(facts.posts, post))
        if reposter:
            prefetch(facts.reposts, _repost_slot(facts.reposts, post, reposter))
    for place in range(first, end):
        post, reposter = entries.post[place], entries.reposter[place]
        row = _row_of(facts.posts, post)
        for column in range(POST_COLUMNS):
            found[place - first, column] = facts.posts[row, column]
        if reposter:
            row = _repost_row_of(facts.reposts, post, reposter)
            stands = facts.reposts[row, POST] != 0
            found[place - first, REPOSTED_AT] = facts.reposts[row, TIME] if stands else NEVER

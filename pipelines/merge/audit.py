"""The audit of newsfeeds against the facts: a second look at every entry, which shares no code with the merge."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import bools, int64s
from pipelines.checks import Check
from pipelines.compiled import compiled, inlined
from pipelines.merge.lookup import Ids
from pipelines.policy import Policy
from pipelines.sorting import order_by

Flags = npt.NDArray[np.uint8]
Posts = npt.NDArray[np.int64]
Pairs = tuple[Ids, Ids]

BLOCK = 8 * 1024
"""How many entries are looked up before they are judged: few enough that what was found is still in the cache."""

STANDS, SHOWN, REASON = 1, 2, 4
FAULTS = {
    STANDS: "the post stands and is by that author",
    SHOWN: "neither author nor reposter is hidden from the reader",
    REASON: "its reason holds, by the policy and at that time",
}


# Columns of the standing posts: a hash table by post (0: a free row), so that all of a post costs one look into memory.
# Its reposts are those from FIRST to END.
POST, AUTHOR, POSTED_AT, PARENT, FIRST, END = range(6)
NOT_A_REPLY, UNSEEN = -1, 0


class Reposts(NamedTuple):
    """The standing reposts, ascending by (post, user)."""

    user: Ids
    time: Ids


def _numbers(rows: pa.Table | pa.RecordBatch, name: str) -> Ids:
    """A column of ids or of times, 0 where it is null."""
    column = rows[name].cast(pa.int64())
    return int64s(pc.fill_null(column, 0) if column.null_count else column)


def facts_of(timelines: pa.Table) -> tuple[Posts, Reposts]:
    """The standing posts and reposts in the rows of the relation `timelines`."""
    is_repost = pc.equal(timelines["kind"], "repost")
    written, passed_on = timelines.filter(pc.invert(is_repost)), timelines.filter(is_repost)
    columns = [_numbers(written, name) for name in ("post_id", "author_id", "posted_at", "parent_author_id")]
    columns[PARENT] = np.where(bools(written["is_reply"]), columns[PARENT], NOT_A_REPLY)
    posts = np.zeros((1 << (2 + len(columns[POST]) * 3 // 2).bit_length(), END + 1), np.int64)
    _fill(posts, np.stack(columns, axis=1))
    post, user, time = (_numbers(passed_on, name) for name in ("post_id", "user_id", "entered_at"))
    order = order_by(post, user)
    reposted, first = np.unique(post[order], return_index=True)
    _note_reposts(posts, reposted, np.append(first, len(order)))
    return posts, Reposts(user[order], time[order])


FactsOn = Callable[[pa.Array], tuple[Posts, Reposts]]
"""The standing posts and reposts, at least those of the posts whose ids are given."""


class Rules(NamedTuple):
    """The policy as numbers: `replies` is 0 for followed, 1 for all, 2 for none."""

    own_posts: bool
    replies: int


@inlined
def _row_of(posts: Posts, post: int) -> Any:
    """The row of a post, or the free one where it would be."""
    mask = np.uint64(len(posts) - 1)
    row = np.int64((np.uint64(post) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(20)) & mask)
    while posts[row, POST] != 0 and posts[row, POST] != post:
        row = (row + 1) & np.int64(mask)
    return row


@compiled
def _fill(posts: Posts, given: Posts) -> None:
    """Put posts into a table with free rows left."""
    for one in given:
        row = _row_of(posts, one[POST])
        for column in range(given.shape[1]):
            posts[row, column] = one[column]


@compiled
def _note_reposts(posts: Posts, reposted: Ids, starts: Ids) -> None:
    """Tell of each post where its reposts begin and end."""
    for place in range(len(reposted)):
        row = _row_of(posts, reposted[place])
        posts[row, FIRST], posts[row, END] = starts[place], starts[place + 1]


@compiled
def _look_up(posts: Posts, wanted: Ids, found: Posts) -> None:
    """Write the rows of the posts; a loop that does no more lets the looks into memory overlap."""
    for place in range(len(wanted)):
        row = _row_of(posts, wanted[place])
        for column in range(posts.shape[1]):
            found[place, column] = posts[row, column]


@inlined
def _at(values: Ids, low: int, high: int, wanted: int) -> Any:
    """The first place from `low` to `high` whose value is not below the wanted one; each step is without a branch."""
    size = high - low
    while size > 0:
        half = (size + 1) // 2
        low += half * (values[low + half - 1] < wanted)
        size -= half
    return low


@inlined
def _behind(values: Ids, low: int, high: int, wanted: int) -> Any:
    """The first place from `low` to `high` whose value is above the wanted one."""
    while low < high:
        middle = (low + high) // 2
        if values[middle] <= wanted:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def _is_in(values: Ids, low: int, high: int, wanted: int) -> Any:
    place = _at(values, low, high, wanted)
    return place < high and values[place] == wanted


@inlined
def _reposted(reposts: Reposts, first: int, end: int, user: int, time: int) -> Any:
    """Whether the user made one of the reposts from the first on, at that time."""
    place = _at(reposts.user, first, end, user)
    return place < end and reposts.user[place] == user and reposts.time[place] == time


@inlined
def _shows(parent: int, author: int, reader: Any, followees: Ids, low: int, high: int, replies: int) -> Any:
    """Whether following its author shows a post that answers one by `parent`."""
    if parent == NOT_A_REPLY or replies == 1:
        return True
    if replies == 2 or parent == UNSEEN:
        return False
    return parent in (reader, author) or _is_in(followees, low, high, parent)


@compiled
def judge(
    reposts: Reposts, follows: Pairs, hides: Pairs, rules: Rules,
    posts: Posts, reader_id: Ids, author_id: Ids, reposter_id: Ids, entered_at: Ids, faults: Flags,
) -> None:  # fmt: skip
    """Write which of STANDS, SHOWN and REASON fail for each entry; `posts` has the row of its post, or a free one."""
    followers, followees = follows
    hiders, hidden = hides
    reader, low, high, first, last = np.int64(-1), 0, 0, 0, 0
    for row in range(len(faults)):
        if reader_id[row] != reader:
            reader = reader_id[row]
            low = _at(followers, 0, len(followers), reader)
            high = _behind(followers, low, len(followers), reader)
            first = _at(hiders, 0, len(hiders), reader)
            last = _behind(hiders, first, len(hiders), reader)
        author, reposter, fault = author_id[row], reposter_id[row], 0
        if posts[row, POST] == 0 or posts[row, AUTHOR] != author:
            faults[row] = STANDS
            continue
        if _is_in(hidden, first, last, author) or (reposter and _is_in(hidden, first, last, reposter)):
            fault |= SHOWN
        if reposter:
            holds = _is_in(followees, low, high, reposter) and _reposted(
                reposts, posts[row, FIRST], posts[row, END], reposter, entered_at[row]
            )
        elif entered_at[row] != posts[row, POSTED_AT]:
            holds = False
        elif author == reader:
            holds = rules.own_posts
        else:
            holds = _is_in(followees, low, high, author) and _shows(
                posts[row, PARENT], author, reader, followees, low, high, rules.replies
            )
        faults[row] = fault if holds else fault | REASON


class NewsfeedAudit:
    """The checks of a bucket's entries against the standing facts of its readers, who ascend in both pairs."""

    def __init__(self, facts: FactsOn, follows: Pairs, hides: Pairs, policy: Policy) -> None:
        self._facts, self._follows, self._hides = facts, follows, hides
        self._rules = Rules(policy.own_posts, ("followed", "all", "none").index(policy.replies))
        self._found = np.empty((BLOCK, END + 1), np.int64)
        self._judged: tuple[pa.RecordBatch | None, Flags] = None, np.zeros(0, np.uint8)

    def checks(self) -> tuple[Check, ...]:
        """A check for each kind of fault; all of a batch are judged at once."""
        return tuple(Check(name, self._holds(bit)) for bit, name in FAULTS.items())

    def _holds(self, bit: int) -> Any:
        def holds(_: pa.RecordBatch, rows: pa.RecordBatch) -> pa.Array:
            return pa.array((self._faults(rows) & bit) == 0)

        return holds

    def _faults(self, rows: pa.RecordBatch) -> Flags:
        if self._judged[0] is not rows:
            names = ("reader_id", "post_id", "author_id", "reposter_id", "entered_at")
            reader, post, author, reposter, entered = (_numbers(rows, name) for name in names)
            faults = np.zeros(rows.num_rows, np.uint8)
            posts, reposts = self._facts(rows["post_id"])
            for start in range(0, rows.num_rows, BLOCK):
                of = slice(start, start + BLOCK)
                _look_up(posts, post[of], self._found)
                asked = (reader[of], author[of], reposter[of], entered[of], faults[of])
                judge(reposts, self._follows, self._hides, self._rules, self._found, *asked)
            self._judged = rows, faults
        return self._judged[1]

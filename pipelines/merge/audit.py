"""The audit of newsfeeds against the facts: a second look at every entry, which shares no code with the merge."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.checks import Check
from pipelines.compiled import compiled, inlined
from pipelines.merge.lookup import Ids, Lookup, find, lookup_of
from pipelines.policy import Policy

Flags = npt.NDArray[np.uint8]
Pairs = tuple[Ids, Ids]

STANDS, SHOWN, REASON = 1, 2, 4
FAULTS = {
    STANDS: "the post stands and is by that author",
    SHOWN: "neither author nor reposter is hidden from the reader",
    REASON: "its reason holds, by the policy and at that time",
}


class Posts(NamedTuple):
    """The standing posts by index, which the lookup finds; `parent` is whom a reply answers, 0 when unknown."""

    lookup: Lookup
    author: Ids
    posted_at: Ids
    is_reply: npt.NDArray[np.bool_]
    parent: Ids


class Reposts(NamedTuple):
    """The standing reposts, ascending by (post, user)."""

    post: Ids
    user: Ids
    time: Ids


def _numbers(rows: pa.Table, name: str) -> Ids:
    numbers: Ids = pc.fill_null(rows[name].cast(pa.int64()), 0).combine_chunks().to_numpy()
    return numbers


def facts_of(timelines: pa.Table) -> tuple[Posts, Reposts]:
    """The standing posts and reposts in the rows of the relation `timelines`."""
    is_repost = pc.equal(timelines["kind"], "repost")
    written, passed_on = timelines.filter(pc.invert(is_repost)), timelines.filter(is_repost)
    author, posted_at, parent = (_numbers(written, name) for name in ("author_id", "posted_at", "parent_author_id"))
    is_reply = written["is_reply"].combine_chunks().to_numpy(zero_copy_only=False)
    posts = Posts(lookup_of(_numbers(written, "post_id")), author, posted_at, is_reply, parent)
    post, user, time = (_numbers(passed_on, name) for name in ("post_id", "user_id", "entered_at"))
    order = np.lexsort((user, post))
    return posts, Reposts(post[order], user[order], time[order])


class Rules(NamedTuple):
    """The policy as numbers: `replies` is 0 for followed, 1 for all, 2 for none."""

    own_posts: bool
    replies: int


@inlined
def _at(values: Ids, low: int, high: int, wanted: int) -> Any:
    """The first place from `low` to `high` whose value is not below the wanted one."""
    while low < high:
        middle = (low + high) // 2
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
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
def _reposted(reposts: Reposts, post: int, user: int, time: int) -> Any:
    """Whether the user reposted the post at that time."""
    low = _at(reposts.post, 0, len(reposts.post), post)
    high = _behind(reposts.post, low, len(reposts.post), post)
    place = _at(reposts.user, low, high, user)
    return place < high and reposts.user[place] == user and reposts.time[place] == time


@inlined
def _shows(posts: Posts, index: int, reader: Any, followees: Ids, low: int, high: int, replies: int) -> Any:
    """Whether following its author shows a post."""
    if not posts.is_reply[index] or replies == 1:
        return True
    parent = posts.parent[index]
    if replies == 2 or parent == 0:
        return False
    return parent == reader or parent == posts.author[index] or _is_in(followees, low, high, parent)


@compiled
def judge(
    posts: Posts, reposts: Reposts, follows: Pairs, hides: Pairs, rules: Rules,
    reader_id: Ids, index: Any, post_id: Ids, author_id: Ids, reposter_id: Ids, entered_at: Ids, faults: Flags,
) -> None:  # fmt: skip
    """Write which of STANDS, SHOWN and REASON fail for each entry; `index` is that of its post, or -1."""
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
        post, author, reposter, fault = index[row], author_id[row], reposter_id[row], 0
        if post < 0 or posts.author[post] != author:
            faults[row] = STANDS
            continue
        if _is_in(hidden, first, last, author) or (reposter and _is_in(hidden, first, last, reposter)):
            fault |= SHOWN
        if reposter:
            holds = _is_in(followees, low, high, reposter) and _reposted(
                reposts, post_id[row], reposter, entered_at[row]
            )
        elif entered_at[row] != posts.posted_at[post]:
            holds = False
        elif author == reader:
            holds = rules.own_posts
        else:
            holds = _is_in(followees, low, high, author) and _shows(
                posts, post, reader, followees, low, high, rules.replies
            )
        faults[row] = fault if holds else fault | REASON


class NewsfeedAudit:
    """The checks of a bucket's entries against the standing facts of its readers, who ascend in both pairs."""

    def __init__(self, facts: tuple[Posts, Reposts], follows: Pairs, hides: Pairs, policy: Policy) -> None:
        self._facts, self._follows, self._hides = facts, follows, hides
        self._rules = Rules(policy.own_posts, ("followed", "all", "none").index(policy.replies))
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
            reader, post, author, reposter, entered = (_column(rows, name) for name in names)
            faults = np.zeros(rows.num_rows, np.uint8)
            index = find(self._facts[0].lookup, post)
            judge(*self._facts, self._follows, self._hides, self._rules,
                  reader, index, post, author, reposter, entered, faults)  # fmt: skip
            self._judged = rows, faults
        return self._judged[1]


def _column(rows: pa.RecordBatch, name: str) -> Ids:
    numbers: Ids = pc.fill_null(rows[name].cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    return numbers

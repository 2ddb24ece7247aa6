"""The audit of entries: which checks each entry of a newsfeed fails; it shares no code with the merge."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pipelines.compiled import compiled, inlined
from pipelines.hashing import slot_of
from pipelines.merge.ascending import is_in, run_of
from pipelines.merge.facts import (
    AUTHOR,
    NOT_A_REPLY,
    PARENT,
    POST,
    POSTED_AT,
    REPOSTED_AT,
    UNSEEN,
    Entries,
    Facts,
    Rows,
    look_up,
)
from pipelines.merge.lookup import Ids

Flags = npt.NDArray[np.uint8]
Pairs = tuple[Ids, Ids]

BLOCK = 1024
"""How many entries are looked up before they are audited: few enough that what was found is still in the cache."""

STANDS, SHOWN, REASON = 1, 2, 4


class Rules(NamedTuple):
    """The policy as numbers: `replies` is 0 for followed, 1 for all, 2 for none."""

    own_posts: bool
    replies: int


class Buffers(NamedTuple):
    """Buffers for what is found of a BLOCK of entries, and for a set of the users whom one reader follows."""

    found: Rows
    known: Ids


def buffers_for(followers: Ids) -> Buffers:
    """Buffers for the follows of these, who ascend."""
    starts = np.flatnonzero(np.diff(followers, prepend=0))
    most = int(np.diff(starts, append=len(followers)).max(initial=0))
    return Buffers(np.empty((BLOCK, REPOSTED_AT + 1), np.int64), np.zeros(4 << (2 * most).bit_length(), np.int64))


@inlined
def _note(known: Ids, users: Ids, low: int, high: int) -> Any:
    """Make a set of the users from `low` to `high`, in as few slots as it needs; the number of the last slot."""
    size = 4
    while size < 2 * (high - low):
        size *= 2
    known[:size] = 0
    for place in range(low, high):
        slot = slot_of(users[place], size - 1)
        while known[slot] != 0:
            slot = (slot + 1) & (size - 1)
        known[slot] = users[place]
    return size - 1


@inlined
def _follows(known: Ids, last: int, user: int) -> Any:
    """Whether a user is in the set of the followees."""
    slot = slot_of(user, last)
    while known[slot] != 0 and known[slot] != user:
        slot = (slot + 1) & last
    return known[slot] != 0


@inlined
def _shows(parent: int, author: int, reader: Any, known: Ids, last: int, replies: int) -> Any:
    """Whether following its author shows a post that answers one by `parent`."""
    if parent == NOT_A_REPLY or replies == 1:
        return True
    if replies == 2 or parent == UNSEEN:
        return False
    return parent in (reader, author) or _follows(known, last, parent)


@inlined
def _has_reason(known: Ids, last: int, rules: Rules, fact: Any, entries: Entries, row: int) -> Any:
    """Whether an entry's reason holds; the reader's followees are those in the set."""
    reader, author, reposter = entries.reader[row], entries.author[row], entries.reposter[row]
    if reposter:
        return entries.entered_at[row] == fact[REPOSTED_AT] and _follows(known, last, reposter)
    if entries.entered_at[row] != fact[POSTED_AT]:
        return False
    if author == reader:
        return rules.own_posts
    return _follows(known, last, author) and _shows(fact[PARENT], author, reader, known, last, rules.replies)


@compiled
def _audit(
    follows: Pairs, hides: Pairs, rules: Rules, entries: Entries, start: int, end: int, buffers: Buffers, faults: Flags
) -> None:
    """Write which of STANDS, SHOWN and REASON fail for the entries from `start` to `end`, on which facts were found."""
    followers, followees = follows
    hiders, hidden = hides
    reader, high, last, first, behind = np.int64(-1), 0, 0, 0, 0
    for row in range(start, end):
        if entries.reader[row] != reader:
            reader = entries.reader[row]
            low, high = run_of(followers, high, reader)
            last = _note(buffers.known, followees, low, high)
            first, behind = run_of(hiders, behind, reader)
        author, reposter, fact, fault = entries.author[row], entries.reposter[row], buffers.found[row - start], 0
        if fact[POST] == 0 or fact[AUTHOR] != author:
            faults[row] = STANDS
            continue
        if first < behind and (is_in(hidden, first, behind, author) or is_in(hidden, first, behind, reposter)):
            fault |= SHOWN
        if not _has_reason(buffers.known, last, rules, fact, entries, row):
            fault |= REASON
        faults[row] = fault


@compiled
def audit_entries(
    facts: Facts, follows: Pairs, hides: Pairs, rules: Rules, entries: Entries, buffers: Buffers, faults: Flags
) -> None:
    """Write which of STANDS, SHOWN and REASON fail for each entry."""
    for start in range(0, len(faults), BLOCK):
        end = min(start + BLOCK, len(faults))
        look_up(facts, entries, start, end, buffers.found)
        _audit(follows, hides, rules, entries, start, end, buffers, faults)

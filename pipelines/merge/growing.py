"""Growing: what users followed since bring to a newsfeed, where its reader has all the reasons that there were.

These are their entries, and what others who are followed answered them. An entry that is now the earliest reason for
its post takes the place of the one that the post had; all others stay.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pipelines.arrays import Bools
from pipelines.compiled import compiled, inlined
from pipelines.merge.facts import Entries
from pipelines.merge.groups import Groups, has
from pipelines.merge.held import Bounds, Held, bounds_of
from pipelines.merge.kernel import Audience, Feeds, deliver_to
from pipelines.merge.lookup import Ids, Indexes
from pipelines.merge.readers import audience_of
from pipelines.merge.reasons import FOLLOWED_PARENTS, Readers, Rules, post_counts
from pipelines.merge.timelines import Timelines
from pipelines.sorting import order_by


class Since(NamedTuple):
    """Who follows each user since: those to whom the user's entries go, and all, to whom answers go."""

    brought: Audience
    answered: Audience


def since_of(readers: Readers, since: Groups, rules: Rules) -> Since:
    """The audiences of users of whom each is followed since by some of the readers."""
    of_others, nobody = rules._replace(own_posts=False), Groups(np.zeros_like(since.start), since.members[:0])
    answered = since if rules.replies == FOLLOWED_PARENTS else nobody
    return Since(
        audience_of(readers._replace(followers=since), of_others),
        audience_of(readers._replace(followers=answered, hiders=nobody), of_others),
    )


@inlined
def _is_last(feeds: Feeds, reader: int, entry: int) -> bool:
    """Whether an entry is the last one that was delivered to a reader."""
    end = feeds.end[reader]
    return bool(end > feeds.start[reader] and feeds.entries[end - 1] == entry)


@inlined
def _deliver_answer(
    timelines: Timelines, readers: Readers, answered: Audience, entry: int, rules: Rules, feeds: Feeds
) -> None:
    """Deliver an answer to those of its author's followers to whom following the one who is answered is new."""
    owner, parent = timelines.owner[entry], timelines.parent[entry]
    for place in range(answered.bounds[parent, 0], answered.bounds[parent, 1]):
        reader = answered.readers[place]
        to = feeds.end[reader]
        if to == feeds.start[reader + 1] or _is_last(feeds, reader, entry):
            continue
        if not has(readers.followers, owner, reader) or has(readers.hiders, owner, reader):
            continue
        if post_counts(timelines, readers, reader, entry, rules):
            feeds.entries[to] = entry
            feeds.end[reader] = to + 1


@compiled
def deliver_since(
    timelines: Timelines, readers: Readers, since: Since, rules: Rules, feeds: Feeds, entries: Indexes
) -> None:
    """Write the entries, of some that come newest first, that came to each reader's newsfeed, empty before."""
    for entry in entries:
        deliver_to(timelines, readers, since.brought, entry, rules, feeds)
        if timelines.parent[entry] >= 0:
            _deliver_answer(timelines, readers, since.answered, entry, rules, feeds)


def concerned(timelines: Timelines, since: Since) -> Indexes:
    """The entries of users followed since, and the answers to them."""
    brought, answered = (one.bounds[:, 0] < one.bounds[:, 1] for one in since)
    is_answer = timelines.parent >= 0
    found: Indexes = np.flatnonzero(
        brought[timelines.owner] | (is_answer & answered[np.where(is_answer, timelines.parent, 0)])
    ).astype(np.int32)
    return found


@compiled
def _replaced(held: Held, of: Bounds, posts: Ids) -> None:
    """Mark the entries on those posts as stale on which some of the readers have new ones; each one's posts ascend."""
    at = 0
    for number in range(len(held.of.readers)):
        while at < len(of.readers) and of.readers[at] < held.of.readers[number]:
            at += 1
        if at < len(of.readers) and of.readers[at] == held.of.readers[number]:
            new = posts[of.starts[at] : of.starts[at + 1]]
            for row in range(held.of.starts[number], held.of.starts[number + 1]):
                place = np.searchsorted(new, held.post[row])
                held.stale[row] |= place < len(new) and new[place] == held.post[row]


def replaced(held: Sequence[Held], new: Entries) -> None:
    """Make entries stale in whose place new ones come, as the reader has an earlier reason for the post."""
    of = bounds_of(new)
    posts = new.post[order_by(new.reader, new.post)]
    for one in held:
        _replaced(one, of, posts)


def with_many(entries: Entries, many: int) -> Ids:
    """The readers with at least so many entries, which ascend by reader."""
    of = bounds_of(entries)
    return of.readers[np.diff(of.starts) >= many]


def chosen(entries: Entries, some: Bools) -> Entries:
    """Some of the entries."""
    return Entries(*(column[some] for column in entries))


def in_order(one: Entries, other: Entries) -> Entries:
    """All entries, by reader, the newest first."""
    columns = Entries(*map(np.concatenate, zip(one, other, strict=True)))
    order = order_by(columns.reader, columns.entered_at, columns.post, descending=(1, 2))
    return Entries(*(column[order] for column in columns))

"""Newsfeeds made of what they were: with the entries of posts of which something changed, or of some readers anew."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.inputs import BucketInputs
from pipelines.merge.audit import Marks, NewsfeedAudit
from pipelines.merge.facts import ENTRY_COLUMNS, Entries, Facts, entries_of, facts_of
from pipelines.merge.growing import chosen, in_order, replaced, with_many
from pipelines.merge.held import Held, by_file, held_in, too_few
from pipelines.merge.lookup import Ids, are_known, known
from pipelines.merge.newsfeeds import brought, newsfeeds
from pipelines.merge.readers import Pairs, readers_of, with_timelines
from pipelines.merge.reasons import Readers
from pipelines.merge.timelines import Timelines, each_once, index_timelines
from pipelines.merge.updates import Updated, as_rows, updated
from pipelines.owners import are_among
from pipelines.policy import Policy
from pipelines.projections import Update
from pipelines.ranges import in_bucket
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.hides import HIDES
from pipelines.tables import Table
from pipelines.views.newsfeed_changes import Changes, changes_of, followed_since, of_users, on_posts, others_in
from pipelines.views.newsfeed_inputs import HELD_BYTES, Indexed, fits, index, relations, together

MANY = 100
"""Where readers with more than such a part of the follows are made anew, to index all timelines once costs less."""


@dataclass(frozen=True)
class Delivery:
    """What delivers to readers of a bucket: whom they follow, and who is hidden from them."""

    bucket: int
    inputs: BucketInputs
    table: Table
    follows: Pairs
    hides: Pairs

    def feeds(self, timelines: Timelines, some: Ids) -> Entries:
        """The newsfeeds of some readers, who ascend, of what some timelines have."""
        own = with_timelines(timelines, some if self.inputs.policy.own_posts else some[:0])
        return self._told(newsfeeds(timelines, self._readers(timelines, some, own), *self._shape))

    def brought(self, timelines: Timelines, since: Pairs) -> Entries:
        """What users bring whom readers, who ascend, follow since: no more than the cap to each."""
        readers = self._readers(timelines, each_once(since[0]), since[0][:0])
        return self._told(brought(timelines, readers, since, *self._shape))

    def every(self, some: Ids) -> Indexed | None:
        """All timelines and their facts, where that costs less than those that some readers follow, and fits."""
        of_all = sum(file.rows for file in self.inputs.files(FOLLOWS, self.bucket))
        return index(self.inputs) if len(_of(self.follows, some)[1]) * MANY > of_all else None

    def followed(self, some: Ids) -> Timelines:
        """The timelines that some readers follow, and theirs."""
        return index_timelines(of_users(np.union1d(some, _of(self.follows, some)[1]), self.inputs))

    def followed_since(self, since: Pairs) -> Timelines:
        """What has the entries of users followed since, and all other rows on posts of these entries."""
        return followed_since(self.inputs) if fits(self.inputs, HELD_BYTES) else self.followed(each_once(since[0]))

    @property
    def _shape(self) -> tuple[Policy, pa.Schema, int]:
        return self.inputs.policy, self.table.arrow, 1 << 30

    def _readers(self, timelines: Timelines, some: Ids, own: Ids) -> Readers:
        return readers_of(timelines, _of(self.follows, some), _of(self.hides, some), own)

    def _told(self, made: Iterator[pa.RecordBatch]) -> Entries:
        return entries_of(pa.Table.from_batches(made, self.table.arrow))


class Made(NamedTuple):
    """New entries of readers whose others are as they were, the readers made anew, their entries, and what stands.

    The facts are those on the posts of all these entries.
    """

    new: Entries
    anew: Ids
    entries: Entries
    facts: Facts


def updated_newsfeeds(bucket: int, inputs: BucketInputs, table: Table, batch: int, readers: Ids) -> Update:
    """The newsfeeds of a bucket, and the checks of entries that are not as they were.

    Such have only readers of whom something may have changed, who ascend: not all who are shown a post that changed.
    """
    follows, hides = relations(bucket, inputs.choosing({FOLLOWS: readers, HIDES: readers}))
    files = _files(inputs, table, bucket)
    held = [held_in(rows, changes_of(inputs).known, readers) for rows in files]
    made = _made(Delivery(bucket, inputs, table, follows, hides), readers, held)
    marks, cap = Marks(), inputs.policy.cap
    audit = NewsfeedAudit(lambda _: made.facts, follows, hides, inputs.policy, marks)
    of_files = zip(files, held, by_file(made.new, held), by_file(made.entries, held), strict=True)
    found = (updated(rows, one, new, made.anew, others, cap, batch) for rows, one, new, others in of_files)
    return _rows(chain.from_iterable(found), marks, table), audit.checks()


def _made(delivery: Delivery, readers: Ids, held: list[Held]) -> Made:
    """What is new to the readers of a bucket; what it takes the place of becomes stale."""
    inputs, cap = delivery.inputs, delivery.inputs.policy.cap
    changes, others = changes_of(inputs), others_in(delivery.bucket, inputs)
    every = delivery.every(others.anew)
    since = delivery.brought(delivery.followed_since(others.since) if every is None else every[0], others.since)
    more = chosen(since, ~are_known(changes.known, since.post))
    replaced(held, more)
    new = in_order(delivery.feeds(changes.indexed, readers), more)
    anew = np.unique(np.concatenate([others.anew, with_many(since, cap), *(too_few(one, new, cap) for one in held)]))
    every = every or delivery.every(anew)
    entries = delivery.feeds(delivery.followed(anew) if every is None else every[0], anew)
    return Made(new, anew, entries, _facts(inputs, changes, entries, more) if every is None else every[1])


def _facts(inputs: BucketInputs, changes: Changes, *made: Entries) -> Facts:
    """What stands of the posts that changed, and of those of which entries were made."""
    posts = np.setdiff1d(np.concatenate([one.post for one in made]), changes.posts)
    return facts_of(together([changes.rows, on_posts(known(posts), inputs)]) if len(posts) else changes.rows)


def _files(inputs: BucketInputs, table: Table, bucket: int) -> list[pa.Table]:
    """The rows of each file of a bucket as they were, which are not copied to stand together; none if it has none."""
    alone = [replace(inputs, own=(file,)) for file in in_bucket(inputs.own, bucket)]
    return [one.own_before(table, ENTRY_COLUMNS, bucket) for one in alone or [replace(inputs, own=())]]


def _rows(feeds: Iterator[Updated], marks: Marks, table: Table) -> Iterator[pa.RecordBatch]:
    """Newsfeeds as rows; those entries are marked that are not simply as they were."""
    for found in feeds:
        marks.add(found.is_new)
        yield as_rows(found, table.arrow)


def _of(pairs: Pairs, some: Ids) -> Pairs:
    """The pairs whose first users are among some, who ascend."""
    chosen = are_among(pairs[0], some)
    return pairs[0][chosen], pairs[1][chosen]

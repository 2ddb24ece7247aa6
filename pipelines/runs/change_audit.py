"""The audit of what a batch changed in counts: the counts of a table that is made of what it was, and was right.

As in the audit of all, hashes of ids are added up: those of the facts as they are, less those of the facts as they
were, must be those of the rows in new files, less those of the rows in whose place they stand. Facts are read just of
the owners whom something concerns; all others name the same ids as before, and such as have a row now as before.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from pipelines.arrays import Bools, Int64s
from pipelines.checks import AuditError
from pipelines.engines.base import Engine
from pipelines.inputs import BucketInputs
from pipelines.owners import are_among
from pipelines.projections import AnyProjection, BucketProjection, Chosen, Counts
from pipelines.ranges import Ranges, in_bucket
from pipelines.runs.count_audit import ONCE, Audit, Numbered, are_balanced
from pipelines.sorting import grouped
from pipelines.tables import Table

NONE = np.empty(0, np.int64)


@dataclass(frozen=True)
class ChangeAudit:
    """What is audited: all of a table, whose inputs have what was; `beside` tell whether an owner has a row."""

    whole: Audit
    concerned: Callable[[int, BucketInputs, Int64s], Chosen]
    beside: tuple[Table, ...]

    def require_right(self, engine: Engine) -> None:
        """Raise AuditError, with up to five offending ids each, unless counts changed as the facts did."""
        table, buckets = self.whole.table, range(self.whole.inputs.buckets)
        changed = np.sort(np.concatenate([NONE, *engine.run(self._came_or_went, buckets)]))
        if are_balanced(engine, partial(self._numbered, changed), self.whole.inputs.buckets):
            return
        self.whole.require_none_wrong(engine)
        raise AuditError(
            f"{table.name}: its counts changed otherwise than the facts, though all are right now, nothing is "
            "published: with --rebuild it is made of all facts"
        )

    def _came_or_went(self, bucket: int) -> Int64s:
        """The ids of a bucket that have rows and had none, or had rows and have none."""
        counts, inputs = self.whole.counts, self.whole.inputs
        some = inputs.choosing(self.concerned(bucket, inputs, NONE))
        now, before = (counts.rows(bucket, state) for state in (some, some.as_before()))
        return np.setxor1d(now, before, assume_unique=True)

    def _numbered(self, changed: Int64s, bucket: int) -> Iterator[Numbered]:
        """What a bucket's facts count more often than before, and less by that what its rows do."""
        counts, inputs = self.whole.counts, self.whole.inputs
        some = inputs.choosing(self.concerned(bucket, inputs, changed))
        before = counts.facts(bucket, some.as_before())
        for column, ids in counts.facts(bucket, some).items():
            if column in counts.elsewhere:
                yield column, *self._with_rows(changed, ids, before[column])
            else:
                yield column, ids, np.broadcast_to(ONCE, len(ids))
                yield column, before[column], np.broadcast_to(-ONCE, len(before[column]))
        files, old = set(self.whole.files), set(inputs.own)
        yield from self.whole.counted(in_bucket(tuple(files - old), bucket))
        for column, ids, numbers in self.whole.counted(in_bucket(tuple(old - files), bucket)):
            yield column, ids, -numbers

    def _with_rows(self, changed: Int64s, now: Int64s, before: Int64s) -> tuple[Int64s, Int64s]:
        """The ids that facts name more or less often than before, of those that have or had rows, and how much more."""
        named = np.concatenate([now, before])
        order, starts = grouped(named)
        ids, marks = named[order[starts[:-1]]], np.zeros((2, len(named) + 1), np.int64)
        marks[0, 1:], marks[1, 1:] = np.cumsum(order < len(now)), np.cumsum(order >= len(now))
        more, less = np.diff(marks[:, starts])
        left = (ids != 0) & ((more != less) | are_among(ids, changed))
        ids, inputs = ids[left], self.whole.inputs
        numbers = more[left] * self._have_rows(ids, inputs) - less[left] * self._have_rows(ids, inputs.as_before())
        return ids, numbers

    def _have_rows(self, ids: Int64s, inputs: BucketInputs) -> Bools:
        """Which ids, which ascend, have rows; only theirs are read."""
        found, buckets = np.zeros(len(ids), np.bool_), ids % inputs.buckets
        for bucket in np.unique(buckets).tolist():
            here = np.flatnonzero(buckets == bucket)
            chosen = inputs.choosing(dict.fromkeys(self.beside, ids[here]))
            found[here] = are_among(ids[here], self.whole.counts.rows(bucket, chosen))
        return found


def audit_of(projection: AnyProjection, counts: Counts, inputs: BucketInputs, files: Ranges) -> Audit | ChangeAudit:
    """The audit of a table's counts: of what changed in them where the inputs have what was, or else of all."""
    whole = Audit(projection.table, counts, inputs, files)
    if isinstance(projection, BucketProjection) and inputs.earlier and counts.concerned is not None:
        return ChangeAudit(whole, counts.concerned, projection.beside)
    return whole

"""The audit of newsfeeds against the facts: a second look at every entry."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, arrow
from pipelines.checks import Check
from pipelines.merge.entry_audit import REASON, SHOWN, STANDS, Flags, Pairs, Rules, audit_entries, buffers_for
from pipelines.merge.facts import Facts, entries_of
from pipelines.policy import Policy

FAULTS = {
    STANDS: "the post stands and is by that author",
    SHOWN: "neither author nor reposter is hidden from the reader",
    REASON: "its reason holds, by the policy and at that time",
}

FactsOn = Callable[[pa.Array], Facts]
"""The standing posts and reposts, at least those of the posts whose ids are given."""


class Marks:
    """Which entries are audited, told of some of them before they come, in the order in which they do."""

    def __init__(self) -> None:
        self._told = np.zeros(0, np.bool_)

    def add(self, marks: Bools) -> None:
        """Tell of the entries behind those that were told of."""
        self._told = np.concatenate([self._told, marks])

    def next(self, count: int) -> Bools:
        """The marks of the next entries."""
        found, self._told = self._told[:count], self._told[count:]
        return found


class NewsfeedAudit:
    """The checks of a bucket's entries against the standing facts of its readers, who ascend in both pairs.

    Of the entries, which come in order, those are audited that are marked, all when there are no marks.
    """

    def __init__(
        self, facts: FactsOn, follows: Pairs, hides: Pairs, policy: Policy, marks: Marks | None = None
    ) -> None:
        self._facts, self._follows, self._hides, self._marks = facts, follows, hides, marks
        self._rules = Rules(policy.own_posts, ("followed", "all", "none").index(policy.replies))
        self._buffers = buffers_for(follows[0])
        self._audited: tuple[pa.RecordBatch | None, Flags] = None, np.zeros(0, np.uint8)

    def checks(self) -> tuple[Check, ...]:
        """A check for each kind of fault; all of a batch are audited at once."""
        return tuple(Check(name, self._holds(bit), alone=True) for bit, name in FAULTS.items())

    def _holds(self, bit: int) -> Any:
        def holds(_: pa.RecordBatch, rows: pa.RecordBatch) -> Bools:
            held: Bools = (self._faults(rows) & bit) == 0
            return held

        return holds

    def _faults(self, rows: pa.RecordBatch) -> Flags:
        if self._audited[0] is not rows:
            self._audited = rows, self._of_all(rows) if self._marks is None else self._of_marked(rows, self._marks)
        return self._audited[1]

    def _of_all(self, rows: pa.RecordBatch) -> Flags:
        entries, faults, facts = entries_of(rows), np.zeros(rows.num_rows, np.uint8), self._facts(rows["post_id"])
        audit_entries(facts, self._follows, self._hides, self._rules, entries, self._buffers, faults)
        return faults

    def _of_marked(self, rows: pa.RecordBatch, marks: Marks) -> Flags:
        faults, places = np.zeros(rows.num_rows, np.uint8), np.flatnonzero(marks.next(rows.num_rows))
        if len(places):
            faults[places] = self._of_all(rows.take(arrow(places, pa.int64())))
        return faults

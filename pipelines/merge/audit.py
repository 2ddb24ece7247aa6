"""The audit of newsfeeds against the facts: a second look at every entry."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools
from pipelines.checks import Check
from pipelines.merge.entry_audit import REASON, SHOWN, STANDS, Flags, Pairs, Rules, audit_entries, buffers_for
from pipelines.merge.facts import Entries, Facts, entries_of
from pipelines.policy import Policy

FAULTS = {
    STANDS: "the post stands and is by that author",
    SHOWN: "neither author nor reposter is hidden from the reader",
    REASON: "its reason holds, by the policy and at that time",
}

FactsOn = Callable[[pa.Array], Facts]
"""The standing posts and reposts, at least those of the posts whose ids are given."""


class NewsfeedAudit:
    """The checks of a bucket's entries against the standing facts of its readers, who ascend in both pairs.

    Of the entries, which come in order, those that are `chosen` are audited, all when None.
    """

    def __init__(
        self, facts: FactsOn, follows: Pairs, hides: Pairs, policy: Policy, chosen: Bools | None = None
    ) -> None:
        self._chosen, self._seen = chosen, 0
        self._facts, self._follows, self._hides = facts, follows, hides
        self._rules = Rules(policy.own_posts, ("followed", "all", "none").index(policy.replies))
        self._buffers = buffers_for(follows[0])
        self._audited: tuple[pa.RecordBatch | None, Flags] = None, np.zeros(0, np.uint8)

    def checks(self) -> tuple[Check, ...]:
        """A check for each kind of fault; all of a batch are audited at once."""
        return tuple(Check(name, self._holds(bit)) for bit, name in FAULTS.items())

    def _holds(self, bit: int) -> Any:
        def holds(_: pa.RecordBatch, rows: pa.RecordBatch) -> Bools:
            held: Bools = (self._faults(rows) & bit) == 0
            return held

        return holds

    def _faults(self, rows: pa.RecordBatch) -> Flags:
        if self._audited[0] is not rows:
            entries, faults = entries_of(rows), np.zeros(rows.num_rows, np.uint8)
            chosen = self._next(rows.num_rows)
            some, found = Entries(*(column[chosen] for column in entries)), faults[chosen]
            facts = self._facts(rows["post_id"])
            audit_entries(facts, self._follows, self._hides, self._rules, some, self._buffers, found)
            faults[chosen] = found
            self._audited = rows, faults
        return self._audited[1]

    def _next(self, count: int) -> Any:
        """Which of the next entries are audited."""
        self._seen += count
        return slice(None) if self._chosen is None else self._chosen[self._seen - count : self._seen]

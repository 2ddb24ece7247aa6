"""Findings: what a verification says of each table."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.errors import NewsfeedError
from pipelines.verification.differences import Difference

LISTED = 4


class NotAsReleased(NewsfeedError):
    """What is served is not what was released, or not what the log says."""


@dataclass(frozen=True)
class Finding:
    """What was found of a table: how many rows it has (None: not known), what is wrong, and which rows differ.

    `skipped` says why it was not compared, if it was not.
    """

    table: str
    rows: int | None
    faults: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    skipped: str | None = None

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults and not self.differences

    @property
    def told(self) -> str:
        """What was found, in words."""
        if self.skipped is not None:
            return self.skipped
        counts = Counter(str(one.kind) for one in self.differences)
        return "; ".join([*self.faults, *(f"{number:,} {kind}" for kind, number in counts.items())]) or "same"

    def as_facts(self) -> Mapping[str, Any]:
        """The finding as JSON-ready facts, with all rows that differ."""
        differences = [
            {"kind": one.kind, "key": one.key, "served": one.served, "expected": one.expected}
            for one in self.differences
        ]
        facts = {"table": self.table, "rows": self.rows, "right": self.is_right, "found": self.told}
        return {**facts, "faults": self.faults, "differences": differences}


def require_right(what: str, found: Iterable[Finding]) -> None:
    """Raise NotAsReleased, which names the tables, unless all that was found is right."""
    wrong = [one for one in found if not one.is_right]
    if wrong:
        more = f" and {len(wrong) - LISTED} more" if len(wrong) > LISTED else ""
        told = "; ".join(f"{one.table}: {one.told}" for one in wrong[:LISTED])
        raise NotAsReleased(f"{what} is not as it should be: {told}{more}")

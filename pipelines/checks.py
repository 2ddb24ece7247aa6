"""Checks: what must hold for every row of a table before it is published."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.errors import NewsfeedError
from pipelines.tables import Table

Rows: TypeAlias = pa.RecordBatch
Holds = Callable[[Rows, Rows], pa.Array]


class AuditError(NewsfeedError):
    """A table fails its checks; the message says which, with up to five offending keys each."""


@dataclass(frozen=True)
class Check:
    """A named predicate on each row and the row before it in the file (a row of nulls before the first)."""

    name: str
    holds: Holds


@dataclass
class Findings:
    """The offending keys by check: how many, and the first five."""

    counts: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, check: str, count: int, samples: list[str]) -> None:
        """Count offending keys under a check's name."""
        self.counts[check] = self.counts.get(check, 0) + count
        self.samples[check] = [*self.samples.get(check, []), *samples][:5]


def not_null(column: str) -> Check:
    """No row is null in the column."""
    return Check(f"{column} is given", lambda _, row: pc.is_valid(row[column]))


def _ascends(before: Rows, row: Rows, order: tuple[str, ...]) -> pa.Array:
    """Whether each row comes strictly after the one before it; `-` before a column means descending."""
    result = pc.is_null(row[order[0].lstrip("-")])
    for name in reversed(order):
        column = name.lstrip("-")
        first, second = (row, before) if name.startswith("-") else (before, row)
        below = pc.less(first[column], second[column])
        result = pc.or_kleene(below, pc.and_kleene(pc.equal(before[column], row[column]), result))
    return result


def ordered(table: Table) -> Check:
    """The rows ascend strictly in the table's order, so no key stands twice."""

    def holds(before: Rows, row: Rows) -> pa.Array:
        return pc.or_kleene(pc.is_null(before[table.order[0].lstrip("-")]), _ascends(before, row, table.order))

    return Check(f"rows ascend strictly by {', '.join(table.order)}", holds)


def numbered(owner: str) -> Check:
    """The positions of each owner are 1, 2, 3 … without gaps."""

    def holds(before: Rows, row: Rows) -> pa.Array:
        same = pc.fill_null(pc.equal(before[owner], row[owner]), False)
        return pc.if_else(
            same,
            pc.equal(row["position"], pc.add(pc.fill_null(before["position"], 0), 1)),
            pc.equal(row["position"], 1),
        )

    return Check(f"positions of each {owner} are 1, 2, 3 …", holds)


def in_order(owner: str, *order: str) -> Check:
    """The rows of each owner come strictly in the given order (`-` before a column: descending)."""

    def holds(before: Rows, row: Rows) -> pa.Array:
        same = pc.fill_null(pc.equal(before[owner], row[owner]), False)
        return pc.or_kleene(pc.invert(same), _ascends(before, row, order))

    return Check(f"each {owner}'s rows come by {', '.join(order)}", holds)


def at_most(column: str, bound: int) -> Check:
    """No value of the column is above the bound."""
    return Check(f"{column} is at most {bound}", lambda _, row: pc.less_equal(row[column], bound))


def audit(checks: tuple[Check, ...], key: tuple[str, ...], before: Rows, row: Rows, findings: Findings) -> None:
    """Apply the checks to rows, each with the row before it, and note the keys that fail."""
    for check in checks:
        held = pc.fill_null(check.holds(before, row), False)
        failed = row.num_rows - (pc.sum(held).as_py() or 0)
        if failed:
            found = row.filter(pc.invert(held)).slice(0, 5).select(key).to_pylist()
            findings.add(check.name, failed, [", ".join(f"{k} {v}" for k, v in one.items()) for one in found])


def require_clean(table: str, findings: Findings) -> None:
    """Raise AuditError when anything was found."""
    if findings.counts:
        lines = [
            f"  {name}: {count} rows do not, for instance {'; '.join(findings.samples[name])}"
            for name, count in findings.counts.items()
        ]
        raise AuditError("\n".join([f"{table} fails its checks, nothing is published:", *lines]))

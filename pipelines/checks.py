"""Checks: what must hold for every row of a table before it is published."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Bools, bools, fixed_values, flags
from pipelines.errors import NewsfeedError
from pipelines.tables import Table

NO = flags(np.zeros(1, np.bool_))[0]
Rows: TypeAlias = pa.RecordBatch
Holds = Callable[[Rows, Rows], Bools]


class AuditError(NewsfeedError):
    """A table fails its checks; the message says which, with up to five offending keys each."""


@dataclass(frozen=True)
class Check:
    """A named predicate on each row and the row before it (a row of nulls before the first), or on each row `alone`."""

    name: str
    holds: Holds
    alone: bool = False


@dataclass
class Findings:
    """The offending keys by check: how many, and the first five."""

    counts: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, check: str, count: int, samples: list[str]) -> None:
        """Count offending keys under a check's name."""
        self.counts[check] = self.counts.get(check, 0) + count
        self.samples[check] = [*self.samples.get(check, []), *samples][:5]


def _given(column: pa.Array) -> Bools:
    """Where the column is not null."""
    found: Bools = bools(column.is_valid()) if column.null_count else np.ones(len(column), np.bool_)
    return found


def _compare(name: str, first: pa.Array, second: pa.Array) -> Bools:
    """Where both are given and compare so, by the name that both Arrow and NumPy call it."""
    if pa.types.is_primitive(first.type) and not pa.types.is_boolean(first.type):
        found: Bools = getattr(np, name)(fixed_values(first), fixed_values(second))
    else:
        found = bools(pc.coalesce(getattr(pc, name)(first, second), NO))
    for column in (first, second):
        if column.null_count:
            found = found & _given(column)
    return found


def _less(first: pa.Array, second: pa.Array) -> Bools:
    return _compare("less", first, second)


def _equal(first: pa.Array, second: pa.Array) -> Bools:
    return _compare("equal", first, second)


def not_null(column: str) -> Check:
    """No row is null in the column."""
    return Check(f"{column} is given", lambda _, row: _given(row[column]), alone=True)


def _ascends(before: Rows, row: Rows, order: tuple[str, ...]) -> Bools:
    """Whether each row comes strictly after the one before it; `-` before a column means descending."""
    *before_last, last = (_pair(before, row, name) for name in order)
    result = _less(*last)
    for pair in reversed(before_last):
        result = _less(*pair) | (_equal(*pair) & result)
    return result


def _pair(before: Rows, row: Rows, name: str) -> tuple[pa.Array, pa.Array]:
    """The two values of a column of which the first is to be less than the second."""
    column = name.lstrip("-")
    return (row[column], before[column]) if name.startswith("-") else (before[column], row[column])


def ordered(table: Table) -> Check:
    """The rows ascend strictly in the table's order; where that is of the key's columns alone, no key stands twice."""

    def holds(before: Rows, row: Rows) -> Bools:
        return ~_given(before[table.order[0].lstrip("-")]) | _ascends(before, row, table.order)

    return Check(f"rows ascend strictly by {', '.join(table.order)}", holds)


def numbered(owner: str) -> Check:
    """The positions of each owner are 1, 2, 3 … without gaps."""

    def holds(before: Rows, row: Rows) -> Bools:
        last = np.where(_equal(before[owner], row[owner]), fixed_values(before["position"]), 0)
        held: Bools = _given(row["position"]) & (fixed_values(row["position"]) == last + 1)
        return held

    return Check(f"positions of each {owner} are 1, 2, 3 …", holds)


def in_order(owner: str, *order: str) -> Check:
    """The rows of each owner come strictly in the given order (`-` before a column: descending)."""

    def holds(before: Rows, row: Rows) -> Bools:
        return ~_equal(before[owner], row[owner]) | _ascends(before, row, order)

    return Check(f"each {owner}'s rows come by {', '.join(order)}", holds)


def at_most(column: str, bound: int) -> Check:
    """No value of the column is above the bound."""

    def holds(_: Rows, row: Rows) -> Bools:
        held: Bools = _given(row[column]) & (fixed_values(row[column]) <= bound)
        return held

    return Check(f"{column} is at most {bound}", holds, alone=True)


def standard_checks(table: Table) -> tuple[Check, ...]:
    """What every table must hold: its order, and no null where none has a meaning."""
    return (ordered(table), *(not_null(c.name) for c in table.columns if not c.nullable))


def audit(checks: tuple[Check, ...], key: tuple[str, ...], before: Rows, row: Rows, findings: Findings) -> None:
    """Apply the checks to rows, each with the row before it, and note the keys that fail."""
    for check in checks:
        fails = ~check.holds(before, row)
        failed = int(np.count_nonzero(fails))
        if failed:
            found = row.filter(flags(fails)).slice(0, 5).select(key).to_pylist()
            findings.add(check.name, failed, [", ".join(f"{k} {v}" for k, v in one.items()) for one in found])


class Auditor:
    """Applies checks to rows as they come, each with the row before it, and notes the keys that fail."""

    def __init__(self, checks: tuple[Check, ...], key: tuple[str, ...]) -> None:
        self._checks, self._key = checks, key
        self._last: Rows | None = None
        self._findings = Findings()

    def audit(self, rows: Rows) -> None:
        """Apply the checks to the next rows."""
        if not self._checks or not rows.num_rows:
            return
        before = self._last or pa.record_batch([pa.nulls(1, field.type) for field in rows.schema], rows.schema)
        pairs = ((before, rows.slice(0, 1)), (rows.slice(0, rows.num_rows - 1), rows.slice(1)))
        for check in self._checks:
            for previous, row in ((rows, rows),) if check.alone else pairs:
                audit((check,), self._key, previous, row, self._findings)
        self._last = rows.slice(rows.num_rows - 1)

    def found(self) -> Findings:
        """What was found since this was last asked."""
        found, self._findings = self._findings, Findings()
        return found


def require_clean(table: str, findings: Findings) -> None:
    """Raise AuditError when anything was found."""
    if findings.counts:
        lines = [
            f"  {name}: {count} rows do not, for instance {'; '.join(findings.samples[name])}"
            for name, count in findings.counts.items()
        ]
        raise AuditError("\n".join([f"{table} fails its checks, nothing is published:", *lines]))

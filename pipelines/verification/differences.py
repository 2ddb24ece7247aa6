"""Differences: the rows of a table that are not those that events make, by key."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.arrays import flags
from pipelines.storage.keyed import dicts
from pipelines.tables import Table
from pipelines.verification.rows import READ_AT_MOST, Rows, hashes_of, uneven

Row = dict[str, Any]


class Kind(StrEnum):
    """What is wrong with a row."""

    CHANGED = "changed"
    MISSING = "missing"
    EXTRA = "too many"


@dataclass(frozen=True)
class Difference:
    """A key of which other rows are served than expected: those that just one side has."""

    key: Row
    served: tuple[Row, ...]
    expected: tuple[Row, ...]

    @property
    def kind(self) -> Kind:
        """What is wrong."""
        if self.served and self.expected:
            return Kind.CHANGED
        return Kind.EXTRA if self.served else Kind.MISSING

    @property
    def columns(self) -> dict[str, tuple[Any, Any]]:
        """By column what is served and what is expected, of a row that is changed."""
        pairs = [(served, expected) for served in self.served for expected in self.expected][:1]
        return {name: (one[name], other[name]) for one, other in pairs for name in one if one[name] != other[name]}


def by_row(served: Rows, expected: Rows) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    """What differs of the rows of two sets of files, in the order of keys, and what to say where that is not all.

    Raises DamagedFile, PlaceError.
    """
    wanted = uneven(served.hashes(), expected.hashes())
    if not len(wanted):
        return (), ()
    some = wanted[:READ_AT_MOST]
    more = f"of {len(wanted):,} rows that one side has and the other has not, only {len(some):,} are told"
    found = by_key(served.table, *(dicts(rows.with_hashes(some)) for rows in (served, expected)))
    return found, () if len(some) == len(wanted) else (more,)


def of_tables(table: Table, served: pa.Table, expected: pa.Table) -> tuple[Difference, ...]:
    """What differs of the rows of two tables in memory, in the order of keys."""
    hashes = [hashes_of(rows.select(table.names)) for rows in (served, expected)]
    wanted = uneven(*hashes)
    differing = (
        rows.filter(flags(np.isin(found, wanted))) for rows, found in zip((served, expected), hashes, strict=True)
    )
    return by_key(table, *map(dicts, differing)) if len(wanted) else ()


def by_key(table: Table, served: Iterable[Row], expected: Iterable[Row]) -> tuple[Difference, ...]:
    """What differs of some rows, in the order of keys."""
    sides = _grouped(table.key, served), _grouped(table.key, expected)
    found = []
    for key in sorted(sides[0].keys() | sides[1].keys(), key=_nulls_first):
        served_rows, expected_rows = (side.get(key, []) for side in sides)
        only = _without(served_rows, expected_rows), _without(expected_rows, served_rows)
        if any(only):
            found.append(Difference(dict(zip(table.key, key, strict=True)), *only))
    return tuple(found)


def _grouped(key: Sequence[str], rows: Iterable[Row]) -> dict[tuple[Any, ...], list[Row]]:
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in key), []).append(row)
    return found


def _nulls_first(key: tuple[Any, ...]) -> list[tuple[bool, Any]]:
    return [(value is not None, value) for value in key]


def _without(rows: list[Row], others: list[Row]) -> tuple[Row, ...]:
    """The rows that the others have less often."""
    left, found = Counter(map(repr, others)), []
    for row in rows:
        left[repr(row)] -= 1
        if left[repr(row)] < 0:
            found.append(row)
    return tuple(found)

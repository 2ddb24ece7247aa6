"""Packing: the rows of an owner of a view as bytes, which say nothing of what all of them share.

What is the same in all rows, such as names of columns, is in a layout, which a store keeps: a reader needs nothing
else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, arrow
from pipelines.stores.base import Row
from pipelines.stores.packed_columns import WIDTHS, Packed
from pipelines.stores.packed_rows import FixedRows, Read, TextRows
from pipelines.tables import Table

POSITION = "position"
"""The column that numbers an owner's rows: it is not kept, as they are in order."""
FEW: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("user_timeline", "kind"): ("post", "reply", "repost"),
    ("notifications", "kind"): ("followed", "liked", "mentioned", "replied", "reposted"),
}
"""By view and name the strings of columns that have no others, in alphabetical order; each is kept as its number."""


@dataclass(frozen=True)
class Layout:
    """What the packed rows of a view have in common: the names of their columns, whose they are, and what is kept."""

    view: str
    names: tuple[str, ...]
    owner: str
    columns: tuple[Packed, ...]

    @classmethod
    def of(cls, table: Table) -> "Layout":
        """The layout of a table that has owners."""
        kept = [column for column in table.columns if column.name not in {table.bucket_by, POSITION}]
        columns = tuple(
            Packed(one.name, "few" if few else one.type, one.nullable, few)
            for one in kept
            for few in [FEW.get((table.name, one.name), ())]
        )
        return cls(table.name, table.names, str(table.bucket_by), columns)

    @cached_property
    def rows(self) -> FixedRows | TextRows:
        """How its rows are packed and read."""
        return FixedRows(self) if all(one.type in WIDTHS for one in self.columns) else TextRows(self)

    def reader(self, key: str, columns: tuple[str, ...]) -> Read:
        """What reads the rows of an owner with the key and these columns, with all if none is named."""
        found = self._readers.get(columns)
        if found is None:
            names = tuple(dict.fromkeys((key, *columns)))
            found = self._readers[columns] = self.rows.reader(names) if columns else self.rows.read
        return found

    @cached_property
    def _readers(self) -> dict[tuple[str, ...], Read]:
        """By columns what reads them."""
        return {}

    def as_facts(self) -> list[Any]:
        """The layout as lists of plain values, for JSON or MessagePack."""
        return [self.view, self.names, self.owner, [list(one) for one in self.columns]]

    @classmethod
    def of_facts(cls, facts: Sequence[Any]) -> "Layout":
        """The layout that such lists say."""
        view, names, owner, columns = facts
        kept = (Packed(name, kind, nullable, tuple(few)) for name, kind, nullable, few in columns)
        return cls(view, tuple(names), owner, tuple(kept))

    def named(self, owner: int, first: int, rows: Iterable[Sequence[Any]]) -> list[Row]:
        """Rows from a place on, with the names of their columns."""
        names = self._names
        if self.numbered:
            return [dict(zip(names, (owner, at, *row), strict=True)) for at, row in enumerate(rows, first + 1)]
        return [dict(zip(names, (owner, *row), strict=True)) for row in rows]

    @cached_property
    def numbered(self) -> bool:
        """Whether rows have their place among those of their owner."""
        return POSITION in self.names

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return (self.owner, *([POSITION] if self.numbered else []), *(one.name for one in self.columns))

    def table(self, owners: Int64s, counts: Int64s, columns: Mapping[str, pa.Array]) -> pa.Table:
        """Columns of the rows of owners, so many of each, with those that are not kept."""
        whose = {self.owner: arrow(np.repeat(owners, counts), pa.int64())}
        if self.numbered:
            starts = np.repeat(np.cumsum(counts) - counts, counts)
            whose[POSITION] = arrow((np.arange(1, len(starts) + 1) - starts).astype(np.int32), pa.int32())
        found = {**whose, **columns}
        return pa.table({name: found[name] for name in self.names})

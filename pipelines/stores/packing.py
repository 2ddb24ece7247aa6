"""Packing: the rows of an owner of a view as bytes, which say nothing of what all of them share.

Where all columns have a fixed width a row is so many bytes, so that a page is found and decoded without the rows before
and behind it; where rows have texts, it is MessagePack. What is the same in all rows, such as names of columns, is in a
layout, which a store keeps: a reader needs nothing else.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain, pairwise
from operator import itemgetter
from struct import Struct
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, arrow, int64s
from pipelines.clock import moment
from pipelines.stores.base import PAGED, Row
from pipelines.stores.packed_columns import WIDTHS, Packed, array_of, column_of, number_of, numbers, plain, reader_of
from pipelines.tables import Table

POSITION = "position"
"""The column that numbers an owner's rows: it is not kept, as they are in order."""
FEW: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("user_timeline", "kind"): ("post", "reply", "repost"),
    ("notifications", "kind"): ("followed", "liked", "mentioned", "replied", "reposted"),
}
"""By view and name the strings of columns that have no others, in alphabetical order; each is kept as its number."""
Bytes = bytes | memoryview
Values = Sequence[Bytes]
Read = Callable[[int, Bytes], list[Row]]
"""Reads the rows of an owner."""
_ENCODE, _DECODE = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder().decode


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
    def rows(self) -> "FixedRows | TextRows":
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


def bounds(rows: pa.Table, owner: str, owners: Int64s) -> list[int]:
    """Where the rows of each owner begin, and where the last end; owners ascend, as the rows do by them."""
    found = int64s(rows[owner])
    starts = np.searchsorted(found, owners)
    return [*starts.tolist(), len(found)]


class FixedRows:
    """Rows of which all columns have a fixed width."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._struct = Struct("<" + "".join(WIDTHS[one.type] for one in layout.columns))
        self._dtype = np.dtype([(one.name, f"<{WIDTHS[one.type]}") for one in layout.columns])
        self._readers = [reader_of(one) for one in layout.columns]
        by_name = {one.name: (at, one) for at, one in enumerate(layout.columns)}
        order = PAGED.get(layout.view, ())
        self._order = [(*by_name[name.lstrip("-")], -1 if name.startswith("-") else 1) for name in order]

    def pack(self, owners: Int64s, rows: pa.Table) -> Iterator[Bytes]:
        """The rows of each owner, nothing for one without rows. Raises StoreError for a string that is not known."""
        packed = np.empty(rows.num_rows, self._dtype)
        for one in self._layout.columns:
            packed[one.name] = numbers(one, rows[one.name])
        data, width = memoryview(packed.tobytes()), self._struct.size
        for start, end in pairwise(bounds(rows, self._layout.owner, owners)):
            yield data[start * width : end * width]

    def unpack(self, owners: Int64s, values: Values) -> pa.Table:
        """The rows of owners as a table."""
        counts = np.fromiter(map(len, values), np.int64, len(values)) // self._struct.size
        packed = np.frombuffer(b"".join(values), self._dtype)
        return self._layout.table(owners, counts, {one.name: column_of(one, packed) for one in self._layout.columns})

    def count(self, value: Bytes) -> int:
        """How many rows there are."""
        return len(value) // self._struct.size

    def read(self, owner: int, value: Bytes, start: int = 0, end: int | None = None) -> list[Row]:
        """The rows of an owner from one place to another."""
        width = self._struct.size
        part = value[start * width : None if end is None else end * width]
        columns = zip(*self._struct.iter_unpack(part), strict=True)
        read = [
            column if reader is None else map(reader, column)
            for reader, column in zip(self._readers, columns, strict=False)
        ]
        return self._layout.named(owner, start, zip(*read, strict=True))

    def reader(self, names: tuple[str, ...]) -> Read:
        """What reads just these columns."""
        return lambda owner, value: [{name: row[name] for name in names} for row in self.read(owner, value)]

    def page(self, owner: int, value: Bytes, limit: int, behind: Row | None = None) -> list[Row]:
        """The first rows of an owner of those that stand behind a row, by the order of PAGED."""
        start = 0
        if behind is not None and self._order:
            wanted = tuple(sign * number_of(one, behind[one.name]) for _, one, sign in self._order)
            start = bisect_right(range(self.count(value)), wanted, key=partial(self._place, value))
        return self.read(owner, value, start, start + limit)

    def _place(self, value: Bytes, row: int) -> tuple[int, ...]:
        """What a row is ordered by."""
        found = self._struct.unpack_from(value, row * self._struct.size)
        return tuple(sign * found[at] for at, _, sign in self._order)


class TextRows:
    """Rows with texts, or lists of such."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._times = [at for at, one in enumerate(layout.columns) if one.type == "timestamp"]

    def pack(self, owners: Int64s, rows: pa.Table) -> Iterator[Bytes]:
        """The rows of each owner, nothing for one without rows."""
        columns = (plain(one, rows[one.name]) for one in self._layout.columns)
        packed = list(zip(*columns, strict=True))
        for start, end in pairwise(bounds(rows, self._layout.owner, owners)):
            yield _ENCODE(packed[start:end]) if start < end else b""

    def unpack(self, owners: Int64s, values: Values) -> pa.Table:
        """The rows of owners as a table."""
        rows = [_DECODE(value) if value else [] for value in values]
        counts = np.fromiter(map(len, rows), np.int64, len(rows))
        every = list(chain.from_iterable(rows))
        columns = {one.name: array_of(one, [row[at] for row in every]) for at, one in enumerate(self._layout.columns)}
        return self._layout.table(owners, counts, columns)

    def count(self, value: Bytes) -> int:
        """How many rows there are."""
        return len(_DECODE(value)) if value else 0

    def read(self, owner: int, value: Bytes, start: int = 0, end: int | None = None) -> list[Row]:
        """The rows of an owner from one place to another."""
        rows = _DECODE(value)[start:end] if value else []
        for row in rows:
            for at in self._times:
                row[at] = None if row[at] is None else moment(row[at])
        return self._layout.named(owner, start, rows)

    def reader(self, names: tuple[str, ...]) -> Read:
        """What reads just these columns; of all others nothing is made."""
        kept = self._layout.columns
        places = {self._layout.owner: 0, **{one.name: at for at, one in enumerate(kept, 1)}}
        times = [name for name in names if name in {kept[at].name for at in self._times}]
        of_row = itemgetter(*(places[name] for name in names), 0)  # with one more it is a tuple also of a single column

        def read(owner: int, value: Bytes) -> list[Row]:
            rows = [dict(zip(names, of_row((owner, *row)), strict=False)) for row in (_DECODE(value) if value else ())]
            for name in times:
                for row in rows:
                    row[name] = None if row[name] is None else moment(row[name])
            return rows

        return read

    def page(self, owner: int, value: Bytes, limit: int, _: Row | None = None) -> list[Row]:
        """The first rows of an owner; such rows have no pages."""
        return self.read(owner, value, 0, limit)

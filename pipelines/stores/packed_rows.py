"""The rows of an owner as bytes, in two ways.

Where all columns have a fixed width a row is so many bytes, so that a page is found and decoded without the rows before
and behind it; where rows have texts, it is MessagePack.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, pairwise
from operator import itemgetter
from struct import Struct
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, int64s
from pipelines.clock import moment
from pipelines.stores.base import PAGED, Row
from pipelines.stores.packed_columns import WIDTHS, array_of, column_of, number_of, numbers, plain, reader_of

if TYPE_CHECKING:
    from pipelines.stores.packing import Layout

Bytes = bytes | memoryview
Values = Sequence[Bytes]
Read = Callable[[int, Bytes], list[Row]]
"""Reads the rows of an owner."""
_ENCODE, _DECODE = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder().decode


def bounds(rows: pa.Table, owner: str, owners: Int64s) -> list[int]:
    """Where the rows of each owner begin, and where the last end; owners ascend, as the rows do by them."""
    found = int64s(rows[owner])
    starts = np.searchsorted(found, owners)
    return [*starts.tolist(), len(found)]


class FixedRows:
    """Rows of which all columns have a fixed width."""

    def __init__(self, layout: "Layout") -> None:
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

    def __init__(self, layout: "Layout") -> None:
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

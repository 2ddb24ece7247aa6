"""What a table promises: its columns, its key, its layout. Everything else is derived from it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import pyarrow as pa

from pipelines.errors import NewsfeedError

ARROW_TYPES: dict[str, pa.DataType] = {
    "bigint": pa.int64(),
    "int": pa.int32(),
    "string": pa.string(),
    "binary": pa.binary(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "array<bigint>": pa.list_(pa.int64()),
    "array<string>": pa.list_(pa.string()),
}

FEW_BUCKETS, MOST_ROWS = 32, 1 << 20
"""A table in more buckets has larger files, of so many rows at most: their number is Delta's to list."""


class ContractError(NewsfeedError):
    """A frame does not have the columns that its table declares; the message lists every fault."""


@dataclass(frozen=True)
class Column:
    """One column: its name, its SQL type (a key of ARROW_TYPES), whether null has a meaning, and what it says."""

    name: str
    type: str
    description: str
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """A table's name, columns, unique key, the column that chooses a row's bucket, and the order inside a bucket.

    `order` is that of the key when it is not given; `-` before a column means descending. `row_group` is how many rows
    a row group has: to find one row by key decodes them all, to read all rows is slower with small ones. `file_rows` is
    about how many rows a data file has, in few buckets: where one changes all are written. Where a table `grows`, new
    rows are in files of their own until these are as large as others, so that files of a bucket may have rows of one
    owner.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    description: str = ""
    bucket_by: str | None = None
    order: tuple[str, ...] = ()
    row_group: int = 128 * 1024
    file_rows: int = 32 * 1024
    grows: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "order", self.order or self.key)

    @cached_property
    def owner(self) -> str | None:
        """The column that chooses a row's bucket, if the rows of a bucket are in its order: files have ranges of it."""
        return self.bucket_by if self.order[0] == self.bucket_by else None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def order_by(self) -> str:
        """The order as SQL, to stand behind ORDER BY."""
        return ", ".join(f"{name[1:]} DESC" if name.startswith("-") else name for name in self.order)

    @cached_property
    def arrow(self) -> pa.Schema:
        """The Arrow schema; every field is nullable, so that both engines read each other's files."""
        return pa.schema([pa.field(c.name, ARROW_TYPES[c.type]) for c in self.columns])

    @cached_property
    def ddl(self) -> str:
        """The Spark schema as DDL text, which needs no session to write down."""
        return ", ".join(f"{c.name} {c.type}" for c in self.columns)

    def in_buckets(self, buckets: int) -> "Table":
        """The table as it lies in so many buckets."""
        rows = max(self.file_rows, min(self.file_rows * (buckets // FEW_BUCKETS), MOST_ROWS))
        return self if rows == self.file_rows else replace(self, file_rows=rows)

    def check(self, found: Iterable[tuple[str, str]]) -> None:
        """Raise ContractError unless the (name, type) pairs found are exactly the declared ones, in any order."""
        expected = {c.name: c.type for c in self.columns}
        seen = dict(found)
        missing = [f"  {n}: expected {t}, found no such column" for n, t in expected.items() if n not in seen]
        wrong = [f"  {n}: expected {expected[n]}, found {t}" for n, t in seen.items() if t != expected.get(n, t)]
        extra = [f"  {n}: not in the contract, found {t}" for n, t in seen.items() if n not in expected]
        if missing or wrong or extra:
            raise ContractError("\n".join([f"{self.name} breaks its contract:", *missing, *wrong, *extra]))

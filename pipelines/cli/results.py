"""The result of a query: as a table, as a record for each row, or as JSON."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
from pyarrow import types

from pipelines.cli import show
from pipelines.cli.tables import Column, Kind, Layout
from pipelines.storage import ids
from pipelines.storage.query import Result
from pipelines.storage.values import distinct, plain

ON_A_TERMINAL = 40
"""How many rows a terminal shows unless a limit is given."""
NUMBERS = (types.is_integer, types.is_floating, types.is_decimal)
FIXED = (types.is_temporal, types.is_boolean, types.is_null)


class Excerpt:
    """The first rows of a result, in batches that have some, and then how many more there are."""

    def __init__(self, batches: Iterator[pa.RecordBatch], limit: int | None) -> None:
        self._batches = batches
        self._limit = limit
        self._behind = 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        left = self._limit
        for batch in self._batches:
            shown = batch if left is None else batch.slice(0, left)
            if shown.num_rows:
                yield shown
            if left is not None:
                left -= shown.num_rows
                self._behind = batch.num_rows - shown.num_rows
                if left == 0:
                    return

    def more(self) -> int:
        """How many rows there are behind those that were read, which reads them all."""
        return self._behind + sum(int(batch.num_rows) for batch in self._batches)


def table(result: Result, limit: int | None) -> None:
    """Print a table: on a terminal as much as there is room for, and what not; elsewhere all, a line a row."""
    kinds = map(_kind, result.schema.types)
    names = map(show.cell, distinct(result.schema.names))
    columns = [Column(name, kind) for name, kind in zip(names, kinds, strict=True)]
    space = show.terminal_width()
    if space is None:
        _whole(Excerpt(result.batches, limit), columns)
    else:
        _fitted(Excerpt(result.batches, limit or ON_A_TERMINAL), columns, space)


def _whole(excerpt: Excerpt, columns: list[Column]) -> None:
    """As wide as the first rows want, so that no more rows than those of a batch are in memory."""
    layout = None
    for batch in excerpt:
        rows = [[show.cell(value) for value in row] for row in _rows(batch)]
        if layout is None:
            layout = Layout.of(columns, rows, None)
            print(layout.heading())
        print("\n".join(map(layout.row, rows)))
    if layout is None:
        print("no rows")


def _fitted(excerpt: Excerpt, columns: list[Column], space: int) -> None:
    rows = [[show.cell(value) for value in row] for batch in excerpt for row in _rows(batch)]
    if not rows:
        print("no rows")
        return
    layout = Layout.of(columns, rows, space)
    print(show.heading(layout))
    print("\n".join(map(layout.row, rows)), flush=True)
    show.not_shown(layout.left_out, layout.cut, "see --vertical and --limit", excerpt.more())


def records(result: Result, limit: int | None) -> None:
    """Print each row by itself: a line, or the lines of a text, for each column."""
    on_terminal = show.terminal_width() is not None
    excerpt = Excerpt(result.batches, (limit or ON_A_TERMINAL) if on_terminal else limit)
    names = [show.cell(name) for name in distinct(result.schema.names)]
    margin = max(map(len, names), default=0)
    number = 0
    for number, row in enumerate((row for batch in excerpt for row in _rows(batch)), 1):
        print(f"row {number:,}" if number == 1 else f"\nrow {number:,}")
        for name, value in zip(names, row, strict=True):
            lines = show.lines(value) if isinstance(value, str) else [show.cell(value)]
            print(f"{name:<{margin}}  ", f"\n{'':<{margin}}  ".join(lines), sep="")
    if not number:
        print("no rows")
    elif on_terminal:
        show.not_shown(0, 0, "see --limit", excerpt.more())


def as_json(result: Result, limit: int | None, *, ids_as_strings: bool) -> None:
    """Print an array of objects, one a line, as they are read."""
    names = distinct(result.schema.names)
    begin = "["
    for batch in Excerpt(result.batches, limit):
        for values in zip(*map(plain, batch.columns), strict=True):
            facts = dict(zip(names, values, strict=True))
            shown = ids.as_strings(facts) if ids_as_strings else facts
            print(begin, json.dumps(shown, ensure_ascii=False), sep="", end="")
            begin = ",\n "
    print("[]" if begin == "[" else "]")


def _rows(batch: pa.RecordBatch) -> Iterable[tuple[Any, ...]]:
    """The rows as a person reads them: times without T and Z."""
    return zip(*map(_values, batch.columns), strict=True)


def _values(column: pa.Array) -> list[Any]:
    values = plain(column)
    if not types.is_timestamp(column.type):
        return values
    return [None if value is None else value.replace("T", " ").removesuffix("Z") for value in values]


def _kind(of: pa.DataType) -> Kind:
    if any(is_such(of) for is_such in NUMBERS):
        return "number"
    return "fixed" if any(is_such(of) for is_such in FIXED) else "text"

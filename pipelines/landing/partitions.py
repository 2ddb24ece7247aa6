"""What a landing knows of a block: where its events are staged, and what tells whether they stand."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import Int64s, arrow, no_rows, with_columns
from pipelines.door.arrow import EVENTS, TYPE, column_of_type
from pipelines.landing.blocks import Spans
from pipelines.storage.staging import tables_in

Types = tuple[tuple[str, int], ...]
"""Event types with their counts."""


@dataclass(frozen=True)
class Stage:
    """Where the events of a block are staged, sorted by type, and the types with their counts."""

    place: str
    types: Types


@dataclass(frozen=True)
class Names:
    """The names behind the ids of a block: where they are staged and, in their order, their ids and their hashes."""

    stage: str
    ids: Int64s
    hashes: npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Partition:
    """The events of a block: where they are staged and, in their order, what finds duplicates.

    `line` and `offset` are of the block's line. And where rejects are staged, what an adapter left out, counted by what
    it is, and what only the whole landing can settle: the names behind the ids, and where retractions are staged.
    """

    spans: Spans
    stage: Stage
    id_hash: npt.NDArray[np.uint64]
    content_hash: Int64s
    line: Int64s
    offset: Int64s
    line_count: int
    rejects: tuple[str, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    names: Names | None = None
    retractions: str | None = None


def by_type(stage: Stage) -> Iterator[tuple[str, pa.Table]]:
    """The events of each type, with the columns that any event of the block has, but for the type."""
    for (name, _), rows in zip(stage.types, tables_in(stage.place), strict=True):
        yield name, rows


def events_in(stage: Stage, *names: str) -> pa.Table:
    """The events of a stage with these of the given fields or the content's hash, all when none is named."""
    schema = EVENTS if not names else pa.schema([EVENTS.field(name) for name in names])
    tables = [rows.append_column(TYPE, column_of_type(name, rows.num_rows)) for name, rows in by_type(stage)]
    return pa.concat_tables(with_columns(rows, schema) for rows in [*tables, no_rows(schema)])


def ids_at(stage: Stage, rows: Int64s) -> pa.Array:
    """The event ids at ascending rows of a stage."""
    found, start = [pa.nulls(0, pa.string())], 0
    for _, events in by_type(stage):
        here = rows[np.searchsorted(rows, start) : np.searchsorted(rows, start + events.num_rows)] - start
        found += events["event_id"].take(arrow(here, pa.int64())).chunks
        start += events.num_rows
    return pa.concat_arrays(found)

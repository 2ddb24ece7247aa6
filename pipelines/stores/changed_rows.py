"""The rows of a change: of the owners of a part whose rows differ between two releases, all rows that they have now."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, flags, int64s, no_rows, with_columns
from pipelines.ordering import in_order
from pipelines.owners import are_among
from pipelines.ranges import FileRange
from pipelines.storage import datafiles
from pipelines.storage.keyed import KeyedFile
from pipelines.stores.base import Change
from pipelines.stores.sums import are_in, ascend, ascending, sums_of
from pipelines.tables import Table

Files = list[FileRange]


class Part(NamedTuple):
    """Files of a view that went, that came, and that stayed, which have all rows of some owners."""

    view: str
    went: Files
    came: Files
    stayed: Files


def all_rows(table: Table, part: Part) -> Change:
    """All rows of the files that came. Raises DamagedFile, PlaceError."""
    rows = _sorted(table, _read(table, part.came))
    return Change(table.name, ascending(int64s(rows[str(table.bucket_by)])), rows)


def changed_rows(table: Table, part: Part) -> Change:
    """The owners whose rows differ, and all their rows. Raises DamagedFile, PlaceError."""
    owner = str(table.bucket_by)
    old, new = _read(table, part.went), _read(table, part.came)
    owners = _owners_that_differ(table, old, new)
    rows = [new.filter(_are_of(new, owner, owners))]
    if table.grows or table.owner is None:
        rows += [_rows_of(table, file, owners) for file in part.stayed]
    return Change(table.name, owners, _sorted(table, pa.concat_tables(rows)))


def _owners_that_differ(table: Table, old: pa.Table, new: pa.Table) -> Int64s:
    """The owners of rows that one side has and the other has not."""
    was, now = (sums_of(table, rows) for rows in (old, new))
    gone, here = (one.owners[~are_in(one, other)] for one, other in ((was, now), (now, was)))
    return ascending(np.sort(np.concatenate([gone, here])))


def _are_of(rows: pa.Table, owner: str, owners: Int64s) -> pa.Array:
    """Which rows are of some owners, who ascend."""
    return flags(are_among(int64s(rows[owner]), owners))


def _rows_of(table: Table, file: FileRange, owners: Int64s) -> pa.Table:
    """The rows of a file that are of some owners, who ascend."""
    if table.owner is None:
        rows = _read(table, [file])
        return rows.filter(_are_of(rows, str(table.bucket_by), owners))
    within = owners[np.searchsorted(owners, file.first) : np.searchsorted(owners, file.last, "right")]
    if not len(within):
        return no_rows(table.arrow)
    return _declared(table, KeyedFile(file.place, table.owner).rows(within.tolist(), list(table.names)))


def _read(table: Table, files: Sequence[FileRange]) -> pa.Table:
    """The rows of files, with the columns that are declared."""
    found = (_declared(table, datafiles.read(file.place, list(table.names))) for file in files)
    return pa.concat_tables([no_rows(table.arrow), *found])


def _declared(table: Table, rows: pa.Table) -> pa.Table:
    return with_columns(rows, table.arrow).cast(table.arrow)


def _sorted(table: Table, rows: pa.Table) -> pa.Table:
    """The rows by owner, those of an owner in the view's order."""
    owner = str(table.bucket_by)
    if table.owner is not None and not table.grows and ascend(int64s(rows[owner])):
        return rows
    return in_order(replace(table, order=tuple(dict.fromkeys((owner, *table.order)))), rows)

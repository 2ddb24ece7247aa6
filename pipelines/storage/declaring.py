"""Delta tables as they are declared: created where there is none, given columns that their declaration gained."""

import errno
import time
from typing import TYPE_CHECKING

from deltalake import DeltaTable, Schema
from deltalake.exceptions import CommitFailedError, DeltaError

from pipelines.errors import number_of, reason
from pipelines.storage import places
from pipelines.storage.commits import TRIES, GaveUp
from pipelines.storage.delta import Handle, find
from pipelines.storage.properties import KEPT, keep, lacks
from pipelines.storage.stores import for_tables
from pipelines.storage.waiting import of_table

if TYPE_CHECKING:
    from pipelines.tables import Table


def ensure(place: str, table: "Table", partition_by: list[str] | None = None) -> Handle:
    """The newest version of the table at a place, as it is declared, created when there is none. Raises GaveUp."""
    handle, fault = find(place), None
    for attempt in range(TRIES):
        if handle is not None:
            fault = _declare(handle, place, table)
            if fault is None:
                return handle
        else:
            fault = _create(place, table, partition_by)
        handle = find(place)
        time.sleep(0.05 * attempt if handle is None else 0)
    raise GaveUp(f"cannot create {place}: other processes keep getting in the way ({fault})")


def _create(place: str, table: "Table", partition_by: list[str] | None) -> str | None:
    """Create the table; why not, when another process did, or is about to."""
    with places.telling("write", place):
        try:
            about = table.description
            of_table(
                place,
                DeltaTable.create,
                place,
                table.arrow,
                "error",
                partition_by,
                description=about,
                configuration=KEPT,
                storage_options=for_tables(place),
            )
        except (DeltaError, CommitFailedError) as fault:
            if number_of(fault) not in (None, errno.EEXIST):
                raise
            return reason(fault)
    return None


def _declare(handle: Handle, place: str, table: "Table") -> str | None:
    """Give the table the columns that its declaration has gained since, and KEPT; why to look at it again, if so."""
    known = {field.name for field in handle.schema().fields}
    gained = [field for field in Schema.from_arrow(table.arrow).fields if field.name not in known]
    with places.telling("write", place):
        try:
            if gained:
                of_table(place, handle.alter.add_columns, gained)
                of_table(place, handle.update_incremental)
            if not lacks(handle):
                return None
            keep(place)
        except CommitFailedError as fault:
            if number_of(fault) not in (None, errno.EEXIST):
                raise
            return reason(fault)
    return "its properties were set"

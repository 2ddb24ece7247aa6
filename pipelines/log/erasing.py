"""Erasing: what the records of erasures say is done with events, and new records are written."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, arrow, strings
from pipelines.checks import standard_checks
from pipelines.door.erasing import is_personal, without_payload
from pipelines.events.log import ERASURES
from pipelines.log.erasures import SAID, TOTAL, Erasures, Record
from pipelines.storage import commits, declaring, delta, deltalog
from pipelines.storage.file_writer import FileWriter
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned

APPLICATION = "erasures"


def erased(events: pa.Table, known: Erasures) -> pa.Table | None:
    """Events of one type without what is erased of them; None where that is nothing."""
    theirs = chosen(events, known)
    return without_payload(events, theirs) if theirs.any() else None


def chosen(events: pa.Table, known: Erasures) -> Bools:
    """Of which events something is erased."""
    found = known.concern(events)
    return found & is_personal(events) if found.any() else found


def append(lake: Lake, known: Erasures, new: Iterable[Record]) -> None:
    """Append records, which get their numbers and digests, behind those that are known. Raises Conflict."""
    handle = declaring.ensure(lake.erasures, ERASURES)
    if int(handle.version()) != known.version and delta.paths(handle):
        raise commits.Conflict(f"another process committed to {lake.erasures} first")
    before, rows = known.records[-1].digest if known.records else "", list[Record]()
    for number, one in enumerate(new, len(known.records) + 1):
        numbered = replace(one, number=number)
        before = numbered.sealed(before)
        rows.append(replace(numbered, digest=before))
    commit(lake, handle, rows, known.records)


def commit(lake: Lake, handle: delta.Handle, new: Sequence[Record], kept: Sequence[Record] = ()) -> None:
    """Commit new records beside those that are kept; where none is, in the stead of all that the table has.

    The commit says all of them. Raises Conflict.
    """
    total = [*kept, *new]
    said = {SAID: json.dumps([asdict(one) for one in total]), TOTAL: str(len(total))}
    gone = () if kept else tuple(delta.paths(handle))
    with owned({lake.erasures: handle}) as mark:
        writer = FileWriter(lake.erasures, ERASURES, 0, standard_checks(ERASURES), mark=mark)
        writer.write(_table(new))
        number = delta.number(handle, APPLICATION) + 1
        commits.commit(handle, ERASURES, commits.Commit((writer.close(),), gone, APPLICATION, number, said, {}))


def said_by_commits(lake: Lake) -> Iterator[Record]:
    """The records that commits of their table say. Raises DamagedLog, PlaceError."""
    for version in deltalog.commits(lake.erasures):
        for one in json.loads(deltalog.entry(lake.erasures, version).info.get(SAID, "[]")):
            yield Record(**one | {"lines": tuple(one["lines"])})


def _table(rows: Sequence[Record]) -> pa.RecordBatch:
    columns = [_column([getattr(one, of.name) for one in rows], of.type) for of in ERASURES.arrow]
    return pa.record_batch(columns, ERASURES.arrow)


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Values as a column."""
    if pa.types.is_string(kind):
        return strings(values)
    if pa.types.is_list(kind):
        ends = np.cumsum([0, *map(len, values)], dtype=np.int32)
        return pa.ListArray.from_arrays(arrow(ends, pa.int32()), strings([text for some in values for text in some]))
    return arrow(np.array(values, np.int64), kind)

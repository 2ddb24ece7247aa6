"""The contents of events that others wrote: their hashes, as the door makes them of the lines that say the same."""

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from pipelines.arrays import with_column
from pipelines.checks import AuditError
from pipelines.events.log import CONTENT_HASH, GIVEN
from pipelines.storage.logfiles import TYPE

NAMES = tuple(column.name for column in GIVEN)
ANY_TIME = 1 << 60
"""A time of the clock after which nothing happens."""


def with_hashes(events: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Events by their type with the hashes of their contents. Raises AuditError for what is no event."""
    return {kind: _with_hashes(kind, some) for kind, some in events.items()}


def _with_hashes(kind: str, events: pa.Table) -> pa.Table:
    from pipelines.door.decoding import decode

    lines = [_line(row | {TYPE: kind}) for row in events.select([n for n in NAMES if n != TYPE]).to_pylist()]

    def refuse(line: int, _start: int, _end: int, faults: tuple[str, ...]) -> None:
        raise AuditError(f"what another tool added to the log is no event: {'; '.join(faults)}: {lines[line].decode()}")

    decoded = decode(b"\n".join(lines), ANY_TIME, refuse)
    return with_column(events, CONTENT_HASH.name, decoded.events[CONTENT_HASH.name])


def _line(row: Mapping[str, Any]) -> bytes:
    """An event as a line of the door."""
    given = {name: value for name, value in row.items() if value is not None}
    if "event_time" in given:
        given["event_time"] = given["event_time"].isoformat()
    return json.dumps(given, ensure_ascii=False).encode()

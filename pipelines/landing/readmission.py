"""Re-admission: quarantined lines are tried again with today's contract, in a landing like any other."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from pipelines.clock import micros
from pipelines.engines.base import Engine
from pipelines.landing import quarantine
from pipelines.landing.decoding import Intake
from pipelines.landing.land import Landing, land_chunks
from pipelines.landing.quarantine import Reject
from pipelines.landing.sources import Chunk
from pipelines.storage import places
from pipelines.storage.lake import Lake

Row = dict[str, Any]

LEADING = b"\n"


def readmit(lake: Lake, engine: Engine, clock: datetime | None = None) -> list[Landing]:
    """Land what now fits of the quarantine, and take it away from there; a landing for each format.

    Killed in between and repeated, it finds what has landed as duplicates, and takes it away then.
    """
    rows = quarantine.rows_of(lake).sort_by("format").to_pylist()
    return [_readmit(lake, engine, name, list(group), clock) for name, group in groupby(rows, lambda r: r["format"])]


def _readmit(lake: Lake, engine: Engine, format_name: str, rows: Sequence[Row], clock: datetime | None) -> Landing:
    waiting: dict[tuple[str, int], Row] = {}
    left: list[Reject] = []

    def keep(rejects: Sequence[Reject]) -> int:
        left[:] = rejects
        return 0

    with lake.scratch() as scratch:
        chunks: list[Chunk] = []
        for source, group in groupby(rows, lambda row: row["source"]):
            place = places.join(scratch, f"readmit-{uuid.uuid4().hex}")
            size = _write(place, source, list(group), waiting)
            chunks.append(Chunk(source, place, len(LEADING), size, len(chunks)))
        landing = land_chunks(lake, engine, chunks, Intake(scratch, format_name, micros(clock)), keep)
    fitting = set(waiting) - {(reject.source, reject.byte_offset) for reject in left}
    quarantine.take_away(lake, {_key(waiting[one]) for one in fitting})
    return landing


def _write(place: str, source: str, rows: Sequence[Row], waiting: dict[tuple[str, int], Row]) -> int:
    """Write a source's lines to a file, note at which offset which row is; the file's size.

    The file begins with an empty line, which is not read, so that no line is taken for the beginning of a source.
    """
    with places.writing(place) as file:
        offset = file.write(LEADING)
        for row in rows:
            waiting[source, offset] = row
            offset += file.write(row["raw"] + b"\n")
    return offset


def _key(row: Row) -> tuple[str, int, str]:
    return row["source"], row["byte_offset"], row["raw_sha256"]

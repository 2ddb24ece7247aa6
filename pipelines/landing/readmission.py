"""Re-admission: quarantined lines are tried again with today's contract, in a landing like any other."""

import uuid
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import numpy as np
import pyarrow.compute as pc

from pipelines.arrays import Int64s, int64s
from pipelines.clock import micros
from pipelines.engines.base import Engine
from pipelines.landing import quarantine
from pipelines.landing.decoding import Intake
from pipelines.landing.land import Landing, land_chunks
from pipelines.landing.partitions import Partition
from pipelines.landing.quarantine_files import files_of
from pipelines.landing.raw_lines import RawLines
from pipelines.landing.rejects import rejects_of
from pipelines.landing.sources import Piece, ranges, together
from pipelines.storage import datafiles, delta, places
from pipelines.storage.lake import Lake

LEADING = b"\n"
COLUMNS = ["source", "raw_sha256", "raw", "format"]


@dataclass
class Waiting:
    """Lines of a source that a file of the quarantine has, written to a place: the row and the offset there of each."""

    file: str
    source: str
    place: str
    rows: "array[int]" = field(default_factory=lambda: array("q"))
    offsets: "array[int]" = field(default_factory=lambda: array("q"))
    size: int = 0


class Line(NamedTuple):
    """A line in quarantine: its row in the file, its source, its SHA-256, and its bytes if they are in the file."""

    row: int
    source: str
    digest: str
    raw: bytes | None


def readmit(lake: Lake, engine: Engine, clock: datetime | None = None) -> list[Landing]:
    """Land what now fits of the quarantine, and take it away from there; a landing for each format.

    Killed in between and repeated, it finds what has landed as duplicates, and takes it away then.
    """
    return [_readmit(lake, engine, name, clock) for name in _formats(lake)]


def _formats(lake: Lake) -> list[str]:
    """The formats of the lines in quarantine, by name."""
    found: set[str] = set()
    for rows in quarantine.rows_of(lake, ["format"]):
        found.update(pc.unique(rows["format"]).to_pylist())
    return sorted(found)


def _readmit(lake: Lake, engine: Engine, format_name: str, clock: datetime | None) -> Landing:
    left: dict[int, list[Int64s]] = defaultdict(list)

    def keep(partitions: Sequence[Partition]) -> int:
        left.clear()
        for piece, rejects in rejects_of(partitions):
            left[piece.number].append(int64s(rejects["byte_offset"]))
        return 0

    with lake.scratch() as scratch:
        waiting = list(_write_out(lake, scratch, format_name))
        written = (Piece(one.source, one.place, len(LEADING), one.size, at) for at, one in enumerate(waiting))
        chunks = list(together(part for piece in written for part in ranges(piece)))
        intake = Intake(scratch, format_name, micros(clock), lake.quarantine_raw)
        landing = land_chunks(lake, engine, chunks, intake, keep)
    taken: dict[str, list[Int64s]] = defaultdict(list)
    for number, one in enumerate(waiting):
        stays = np.concatenate([np.empty(0, np.int64), *left[number]])
        taken[one.file].append(np.array(one.rows)[np.isin(one.offsets, stays, invert=True)])
    quarantine.take_away(lake, {file: np.concatenate(rows) for file, rows in taken.items()})
    return landing


def _write_out(lake: Lake, scratch: str, format_name: str) -> Iterator[Waiting]:
    """Write the lines of a format to files, one for each source in each file of the quarantine, the oldest first."""
    raw_lines = RawLines(lake.quarantine_raw, scratch)
    for file in reversed(files_of(lake.quarantine, delta.find(lake.quarantine))):
        for source, lines in groupby(_lines(file.place, format_name), key=lambda line: line.source):
            yield _write(file.path, source, lines, raw_lines)


def _lines(place: str, format_name: str) -> Iterator[Line]:
    """The lines of a format in a file of the quarantine."""
    start = 0
    for batch in datafiles.batches(place, COLUMNS):
        columns = (batch[name].to_pylist() for name in COLUMNS)
        for row, (source, digest, raw, name) in enumerate(zip(*columns, strict=True), start):
            if name == format_name:
                yield Line(row, source, digest, raw)
        start += batch.num_rows


def _write(file: str, source: str, lines: Iterable[Line], raw_lines: RawLines) -> Waiting:
    """Write lines of a source to a file, which begins with an empty line.

    That one is not read, so that no line is taken for the beginning of a source.
    """
    one = Waiting(file, source, places.join(raw_lines.staging, f"readmit-{uuid.uuid4().hex}"))
    with places.writing(one.place) as out:
        one.size = out.write(LEADING)
        for line in lines:
            one.rows.append(line.row)
            one.offsets.append(one.size)
            for piece in raw_lines.pieces(line.digest) if line.raw is None else (line.raw,):
                one.size += out.write(piece)
            one.size += out.write(b"\n")
    return one

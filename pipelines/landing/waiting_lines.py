"""Waiting lines: quarantined lines, written out of the quarantine to be read as those of any source are."""

import uuid
from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from pipelines.events.log import QUARANTINE
from pipelines.landing.erasing import is_erased
from pipelines.landing.quarantine_files import QuarantineFile, files_of
from pipelines.landing.raw_lines import RawLines
from pipelines.sources.records import LEADING, part_of
from pipelines.storage import datafiles, delta, places
from pipelines.storage.checksums import DamagedFile
from pipelines.storage.lake import Lake

COLUMNS = ["source", "raw_sha256", "raw", "format", "faults"]


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


class Faults:
    """What cannot be read of the quarantine, each told once."""

    def __init__(self) -> None:
        self.told: dict[str, None] = {}

    @contextmanager
    def noted(self, kind: type[places.PlaceError] = DamagedFile) -> Iterator[None]:
        """Note a fault of a kind, and go on."""
        try:
            yield
        except kind as fault:
            self.told[str(fault)] = None


def quarantined_files(lake: Lake) -> list[QuarantineFile]:
    """The data files of the quarantine, the newest first."""
    return files_of(lake.quarantine, delta.find(lake.quarantine))


def write_out(lake: Lake, scratch: str, format_name: str, faults: Faults) -> Iterator[Waiting]:
    """Write the lines of a format to files, one for each source in each file of the quarantine, the oldest first.

    A line that cannot be read is left out; of a file of the quarantine that is damaged, all lines are.
    """
    raw_lines = RawLines(lake.quarantine_raw, scratch)
    for file in reversed(quarantined_files(lake)):
        written = list[Waiting]()
        with faults.noted():
            lines = (line for line in _lines(file.place, format_name) if _is_readable(line, raw_lines, faults))
            by_source = groupby(lines, key=lambda line: part_of(line.source))
            written = [_write(file.path, source, found, raw_lines) for source, found in by_source]
        yield from written


def _is_readable(line: Line, raw_lines: RawLines, faults: Faults) -> bool:
    """Whether the line is in the table, or its file is whole."""
    if line.raw is None:
        with faults.noted(places.PlaceError):
            deque(raw_lines.pieces(line.digest), maxlen=0)
            return True
    return line.raw is not None


def _lines(place: str, format_name: str) -> Iterator[Line]:
    """The lines of a format in a file of the quarantine, but for those of persons who were erased."""
    start = 0
    for batch in datafiles.batches(place, list(QUARANTINE.names)):  # all of them, as they are written again
        columns = (batch[name].to_pylist() for name in COLUMNS)
        for row, (source, digest, raw, name, faults) in enumerate(zip(*columns, strict=True), start):
            if name == format_name and not is_erased(faults):
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

"""Re-admission: quarantined lines are tried again with today's contract, in a landing like any other."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
import pyarrow.compute as pc

from pipelines.arrays import Int64s, int64s
from pipelines.clock import micros
from pipelines.engines.base import Engine
from pipelines.errors import NewsfeedError
from pipelines.landing import quarantine
from pipelines.landing.attempts import land_chunks
from pipelines.landing.decoding import Intake
from pipelines.landing.outlived import remove_outlived
from pipelines.landing.partitions import Partition
from pipelines.landing.rejects import rejects_of
from pipelines.landing.report import Landing
from pipelines.landing.waiting_lines import Faults, quarantined_files, write_out
from pipelines.log.erasures import Erasures
from pipelines.sources.pieces import Piece, in_chunks, ranges
from pipelines.sources.records import LEADING
from pipelines.storage import datafiles
from pipelines.storage.lake import Lake


class UnreadableLines(NewsfeedError):
    """Some lines in quarantine cannot be read, and stay there; all others were tried again, in these landings."""

    def __init__(self, faults: Iterable[str], landings: list[Landing]) -> None:
        super().__init__("\n".join(f"not tried again, and still in quarantine: {fault}" for fault in faults))
        self.landings = landings


def readmit(lake: Lake, engine: Engine, clock: datetime | None = None) -> list[Landing]:
    """Land what now fits of the quarantine, and take it away from there; a landing for each format.

    Killed in between and repeated, it finds what has landed as duplicates, and takes it away then.
    Raises UnreadableLines when all is done that can be.
    """
    faults = Faults()
    landings = [_readmit(lake, engine, name, clock, faults) for name in _formats(lake, faults)]
    with faults.noted():
        remove_outlived(lake)
    if faults.told:
        raise UnreadableLines(faults.told, landings)
    return landings


def _formats(lake: Lake, faults: Faults) -> list[str]:
    """The formats of the lines in quarantine, by name."""
    found: set[str] = set()
    for file in quarantined_files(lake):
        with faults.noted():
            for rows in datafiles.batches(file.place, ["format"]):
                found.update(pc.unique(rows["format"]).to_pylist())
    return sorted(found)


def _readmit(lake: Lake, engine: Engine, format_name: str, clock: datetime | None, faults: Faults) -> Landing:
    left: dict[int, list[Int64s]] = defaultdict(list)

    def keep(partitions: Sequence[Partition], _: Erasures) -> int:
        left.clear()
        for piece, rejects in rejects_of(partitions):
            left[piece.number].append(int64s(rejects["byte_offset"]))
        return 0

    with lake.scratch(is_local=engine.shares_memory) as scratch:
        waiting = list(write_out(lake, scratch, format_name, faults))
        written = (Piece(one.source, one.place, len(LEADING), one.size, at) for at, one in enumerate(waiting))
        chunks = list(in_chunks(part for piece in written for part in ranges(piece)))
        intake = Intake(scratch, format_name, micros(clock), lake.quarantine_raw)
        landing = land_chunks(lake, engine, chunks, intake, keep)
        taken: dict[str, list[Int64s]] = defaultdict(list)
        for number, one in enumerate(waiting):
            stays = np.concatenate([np.empty(0, np.int64), *left[number]])
            taken[one.file].append(np.array(one.rows)[np.isin(one.offsets, stays, invert=True)])
        quarantine.take_away(lake, {file: np.concatenate(rows) for file, rows in taken.items()})
    return landing

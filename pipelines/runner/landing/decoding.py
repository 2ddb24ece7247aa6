"""The tasks of a landing: lines become staged events and faulty lines, staged events a data file of the log."""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.adapters import Adapter, load_adapter
from pipelines.checks import require_clean
from pipelines.door.decoding import Decoded, Faulty, decode
from pipelines.events.log import CONTENT_HASH, GIVEN, LOG
from pipelines.hashing import row_hashes
from pipelines.runner.landing.foreign import Foreign, adapted
from pipelines.runner.landing.sources import Block, Chunk, blocks
from pipelines.storage import places
from pipelines.storage.datafiles import DataFile, FileWriter, standard_checks
from pipelines.storage.stages import read_stage, write_stage
from pipelines.tables import Table

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PARTITION = "ingestion_date"
LOG_FILE = Table("log", tuple(column for column in LOG.columns if column.name != PARTITION), LOG.key)
FILE_ROWS = 128 * 1024


@dataclass(frozen=True)
class Intake:
    """How lines are read: where to stage their events, which adapter reads them, and the clock in UTC microseconds."""

    stages: str
    format: str
    clock: int


@dataclass(frozen=True)
class Target:
    """Where events go: the log, the number of the landing, and the clock in UTC microseconds."""

    log: str
    landing: int
    clock: int

    @property
    def date(self) -> str:
        """The partition of the log: the clock's UTC date."""
        return (EPOCH + timedelta(microseconds=self.clock)).date().isoformat()


@dataclass(frozen=True)
class Names:
    """The names behind the ids of a block: where they are staged and, in their order, their ids and their hashes."""

    stage: str
    ids: Int64s
    hashes: npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Part:
    """The events of a block, sorted by type: where they are staged and, in their order, what finds duplicates.

    `line` and `offset` are of the source line; `types` are the event types with their counts. And the faulty lines,
    what an adapter left out, counted by what it is, and what only the whole landing can settle: the names behind the
    ids, and where retractions are staged.
    """

    chunk: Chunk
    stage: str
    id_hash: npt.NDArray[np.uint64]
    content_hash: Int64s
    line: Int64s
    offset: Int64s
    types: tuple[tuple[str, int], ...]
    faulty: tuple[Faulty, ...]
    line_count: int
    left_out: tuple[tuple[str, int], ...] = ()
    names: Names | None = None
    retractions: str | None = None


def decode_chunk(chunk: Chunk, intake: Intake) -> list[Part]:
    """The parts of a chunk, one for each block."""
    adapter = load_adapter(intake.format)
    return [_part(chunk, block, intake, adapter) for block in blocks(chunk)]


def _part(chunk: Chunk, block: Block, intake: Intake, adapter: Adapter | None) -> Part:
    if adapter is None:
        return staged(chunk, decode(block.data, intake.clock), intake.stages, block.offset)
    foreign = adapted(adapter, chunk.source, block, intake.clock)
    part = staged(chunk, foreign.decoded, intake.stages, block.offset)
    return _with_the_unsettled(part, foreign, intake.stages)


def staged(chunk: Chunk, decoded: Decoded, stages: str, first: int = 0) -> Part:
    """The part of what was decoded, whose offsets count from the source's byte `first`."""
    order = pc.sort_indices(decoded.events["event_type"])
    events = decoded.events.take(order).combine_chunks()
    positions = order.to_numpy()
    ids = events.select(["event_id"]).to_batches()
    kinds = pc.run_end_encode(events["event_type"].combine_chunks()) if events.num_rows else None
    return Part(
        chunk=chunk,
        stage=_new_stage(stages, events),
        id_hash=row_hashes(ids[0]) if ids else np.empty(0, np.uint64),
        content_hash=events["content_hash"].to_numpy(),
        line=decoded.lines[positions],
        offset=decoded.offsets[positions] + first,
        types=_runs(kinds),
        faulty=tuple(replace(faulty, offset=faulty.offset + first) for faulty in decoded.faulty),
        line_count=decoded.line_count,
    )


def _with_the_unsettled(part: Part, foreign: Foreign, stages: str) -> Part:
    """The part with names and retractions, where there are any."""
    names, retractions = foreign.names, foreign.retractions
    if names.num_rows:
        (batch,) = names.select(["name"]).combine_chunks().to_batches()
        part = replace(part, names=Names(_new_stage(stages, names), names["id"].to_numpy(), row_hashes(batch)))
    if retractions.num_rows:
        part = replace(part, retractions=_new_stage(stages, retractions))
    return replace(part, left_out=foreign.left_out)


def _new_stage(stages: str, rows: pa.Table) -> str:
    stage = places.join(stages, uuid.uuid4().hex)
    write_stage(stage, rows)
    return stage


def _runs(encoded: pa.RunEndEncodedArray | None) -> tuple[tuple[str, int], ...]:
    if encoded is None:
        return ()
    ends = encoded.run_ends.to_pylist()
    return tuple(zip(encoded.values.to_pylist(), np.diff([0, *ends]).tolist(), strict=True))


def write_events(target: Target, one: tuple[str, Bools]) -> DataFile | None:
    """Write the chosen events of a stage, with what the landing adds, to a new data file of the log, if any."""
    stage, kept = one
    if not kept.any():
        return None
    events = read_stage(stage, [*(column.name for column in GIVEN), CONTENT_HASH.name])
    events = events if kept.all() else events.filter(pa.array(kept))
    rows = events.num_rows
    landing = pa.repeat(pa.scalar(target.landing, pa.int64()), rows)
    ingestion_time = pa.repeat(pa.scalar(target.clock, LOG.arrow.field("ingestion_time").type), rows)
    events = events.append_column("landing", landing).append_column("ingestion_time", ingestion_time)
    table = events.select(LOG_FILE.names).cast(LOG_FILE.arrow).combine_chunks()
    checks = standard_checks(LOG_FILE)[1:]
    writer = FileWriter(target.log, LOG_FILE, 0, checks, f"{PARTITION}={target.date}/")
    for batch in table.to_batches(max_chunksize=FILE_ROWS):
        writer.write(batch)
    file = writer.close()
    require_clean("log", writer.findings)
    return file

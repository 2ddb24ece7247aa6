"""The tasks of a landing: lines become staged events and faulty lines, staged events a data file of the log."""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.adapters import Adapter, AdapterFault, load_adapter
from pipelines.checks import require_clean
from pipelines.door.decoding import Decoded, Faulty, decode
from pipelines.events.log import CONTENT_HASH, GIVEN, LOG
from pipelines.hashing import row_hashes
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
class Part:
    """The events of a block, sorted by type: where they are staged and, in their order, what finds duplicates.

    `line` and `offset` are of the source line; `types` are the event types with their counts. And the faulty lines.
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


def decode_chunk(chunk: Chunk, intake: Intake) -> list[Part]:
    """The parts of a chunk, one for each block."""
    adapter = load_adapter(intake.format)
    return [_part(chunk, block, intake, adapter) for block in blocks(chunk)]


def _part(chunk: Chunk, block: Block, intake: Intake, adapter: Adapter | None) -> Part:
    decoded = decode(block.data, intake.clock) if adapter is None else _adapt(chunk, block, intake, adapter)
    order = pc.sort_indices(decoded.events["event_type"])
    events = decoded.events.take(order).combine_chunks()
    positions = order.to_numpy()
    ids = events.select(["event_id"]).to_batches()
    stage = places.join(intake.stages, uuid.uuid4().hex)
    write_stage(stage, events)
    kinds = pc.run_end_encode(events["event_type"].combine_chunks()) if events.num_rows else None
    return Part(
        chunk=chunk,
        stage=stage,
        id_hash=row_hashes(ids[0]) if ids else np.empty(0, np.uint64),
        content_hash=events["content_hash"].to_numpy(),
        line=decoded.lines[positions],
        offset=decoded.offsets[positions] + block.offset,
        types=_runs(kinds),
        faulty=tuple(replace(faulty, offset=faulty.offset + block.offset) for faulty in decoded.faulty),
        line_count=decoded.line_count,
    )


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


def _adapt(chunk: Chunk, block: Block, intake: Intake, adapter: Adapter) -> Decoded:
    """Decode the event lines that an adapter makes of foreign lines; faults are told of the foreign line."""
    lines = block.data.split(b"\n")
    lines = lines[:-1] if lines[-1] == b"" else lines
    starts = np.cumsum([0, *(len(line) + 1 for line in lines)])
    made: list[bytes] = []
    origins: list[int] = []
    faulty: list[Faulty] = []
    for number, line in enumerate(lines):
        try:
            adapted = adapter(chunk.source, line) if line.strip() else []
        except AdapterFault as fault:
            faulty.append(Faulty(number, int(starts[number]), line, (str(fault),)))
            continue
        made += adapted
        origins += [number] * len(adapted)
    decoded = decode(b"\n".join(made), intake.clock)
    origin = np.array(origins, np.int64)
    for one in decoded.faulty:
        number = origins[one.line]
        faulty.append(Faulty(number, int(starts[number]), lines[number], one.faults))
    lines_of = origin[decoded.lines]
    return Decoded(decoded.events, lines_of, starts[lines_of], tuple(faulty), len(lines))

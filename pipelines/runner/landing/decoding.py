"""The task of a landing: a chunk's lines become a data file of the log, and faulty lines."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.adapters import Adapter, AdapterFault, load_adapter
from pipelines.checks import require_clean
from pipelines.door.decoding import Decoded, Faulty, decode
from pipelines.events.log import LOG
from pipelines.hashing import row_hashes
from pipelines.runner.landing.sources import Block, Chunk, blocks
from pipelines.storage.datafiles import DataFile, FileWriter, standard_checks
from pipelines.tables import Table

Int64s = npt.NDArray[np.int64]

PARTITION = "ingestion_date"
LOG_FILE = Table("log", tuple(column for column in LOG.columns if column.name != PARTITION), LOG.key)
FILE_ROWS = 128 * 1024


@dataclass(frozen=True)
class Door:
    """What every task of one landing knows."""

    place: str
    format: str
    number: int
    clock: int
    partition: str

    @property
    def folder(self) -> str:
        """The folder of the log's partition, below the log."""
        return f"{PARTITION}={self.partition}/"


@dataclass(frozen=True)
class Part:
    """One data file of the log and, in its order, what finds duplicates; and the lines that did not fit.

    `line` and `offset` are of the source line; `types` are the event types with their counts, in the file's order.
    """

    chunk: Chunk
    file: DataFile | None
    id_hash: npt.NDArray[np.uint64]
    content_hash: Int64s
    line: Int64s
    offset: Int64s
    types: tuple[tuple[str, int], ...]
    faulty: tuple[Faulty, ...]
    line_count: int


def decode_chunk(chunk: Chunk, door: Door) -> list[Part]:
    """The parts of a chunk, one for each block; its data files are written, not committed."""
    adapter = load_adapter(door.format)
    return [_part(chunk, block, door, adapter) for block in blocks(chunk)]


def _part(chunk: Chunk, block: Block, door: Door, adapter: Adapter | None) -> Part:
    decoded = decode(block.data, door.clock) if adapter is None else _adapt(chunk, block, door, adapter)
    order = pc.sort_indices(decoded.events["event_type"])
    events = decoded.events.take(order).combine_chunks()
    positions = order.to_numpy()
    ids = events.select(["event_id"]).to_batches()
    kinds = pc.run_end_encode(events["event_type"].combine_chunks()) if events.num_rows else None
    return Part(
        chunk=chunk,
        file=write_events(events, door) if events.num_rows else None,
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


def write_events(events: pa.Table, door: Door) -> DataFile:
    """Write events, with what the landing adds, to a new data file of the log."""
    rows = events.num_rows
    landing = pa.repeat(pa.scalar(door.number, pa.int64()), rows)
    ingestion_time = pa.repeat(pa.scalar(door.clock, LOG.arrow.field("ingestion_time").type), rows)
    events = events.append_column("landing", landing).append_column("ingestion_time", ingestion_time)
    table = events.select(LOG_FILE.names).cast(LOG_FILE.arrow).combine_chunks()
    checks = standard_checks(LOG_FILE)[1:]
    writer = FileWriter(door.place, LOG_FILE, 0, checks, door.folder)
    for batch in table.to_batches(max_chunksize=FILE_ROWS):
        writer.write(batch)
    file = writer.close()
    require_clean("log", writer.findings)
    return file


def _adapt(chunk: Chunk, block: Block, door: Door, adapter: Adapter) -> Decoded:
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
    decoded = decode(b"\n".join(made), door.clock)
    origin = np.array(origins, np.int64)
    for one in decoded.faulty:
        number = origins[one.line]
        faulty.append(Faulty(number, int(starts[number]), lines[number], one.faults))
    lines_of = origin[decoded.lines]
    return Decoded(decoded.events, lines_of, starts[lines_of], tuple(faulty), len(lines))

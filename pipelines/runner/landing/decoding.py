"""The tasks of a landing: lines become staged events and faulty lines, staged events a data file of the log."""

import threading
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.adapters import Adapter, load_adapter
from pipelines.arrays import Bools, Int64s, arrow, flags, int64s
from pipelines.checks import require_clean
from pipelines.door.arrow import EVENTS
from pipelines.door.decoding import Decoded, Faulty, decode
from pipelines.door.room import Room
from pipelines.events import CONTRACT
from pipelines.events.contract import ENVELOPE
from pipelines.events.log import CONTENT_HASH, LOG
from pipelines.hashing import row_hashes
from pipelines.runner.landing.foreign import Foreign, adapted
from pipelines.runner.landing.sources import Block, Chunk, blocks
from pipelines.sorting import Order, order_by
from pipelines.storage import places
from pipelines.storage.datafiles import DataFile, FileWriter, standard_checks
from pipelines.storage.stages import read_stage, tables_in, with_columns, write_stage
from pipelines.tables import Table

Types = tuple[tuple[str, int], ...]
"""Event types with their counts."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PARTITION = "ingestion_date"
_OWN = threading.local()
LOG_FILE = Table("log", tuple(column for column in LOG.columns if column.name != PARTITION), LOG.key)


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
    types: Types
    faulty: tuple[Faulty, ...]
    line_count: int
    left_out: tuple[tuple[str, int], ...] = ()
    names: Names | None = None
    retractions: str | None = None


def decode_chunk(chunk: Chunk, intake: Intake) -> list[Part]:
    """The parts of a chunk, one for each block."""
    adapter = load_adapter(intake.format)
    if not hasattr(_OWN, "room"):
        _OWN.room = Room()
    return [_part(chunk, block, intake, adapter, _OWN.room) for block in blocks(chunk, _OWN.room)]


def _part(chunk: Chunk, block: Block, intake: Intake, adapter: Adapter | None, room: Room) -> Part:
    if adapter is None:
        return staged(chunk, decode(block.lines, intake.clock, room), intake.stages, block.offset)
    foreign = adapted(adapter, chunk.source, block, intake.clock)
    part = staged(chunk, foreign.decoded, intake.stages, block.offset)
    return _with_the_unsettled(part, foreign, intake.stages)


def staged(chunk: Chunk, decoded: Decoded, stages: str, first: int = 0) -> Part:
    """The part of what was decoded, whose offsets count from the source's byte `first`."""
    order, types = _by_type(decoded.events)
    ids = decoded.events.select(["event_id"]).combine_chunks().to_batches()
    return Part(
        chunk=chunk,
        stage=_new_stage(stages, _of_types(decoded.events, order, types)),
        id_hash=row_hashes(ids[0])[order] if ids else np.empty(0, np.uint64),
        content_hash=int64s(decoded.events[CONTENT_HASH.name])[order],
        line=decoded.lines[order],
        offset=decoded.offsets[order] + first,
        types=types,
        faulty=tuple(replace(faulty, offset=faulty.offset + first) for faulty in decoded.faulty),
        line_count=decoded.line_count,
    )


def _by_type(events: pa.Table) -> tuple[Order, Types]:
    """The events by type, as they were within one, and the types with their counts."""
    names = sorted(CONTRACT)
    numbers = pc.index_in(events["event_type"], pa.array(names))
    order = order_by(int64s(numbers.cast(pa.int64())))
    counts = {row["values"]: row["counts"] for row in pc.value_counts(numbers).to_pylist()}
    return order, tuple((name, counts[number]) for number, name in enumerate(names) if number in counts)


def _of_types(events: pa.Table, order: Order, types: Types) -> Iterator[pa.Table]:
    """The events of each type with the columns that its versions have."""
    start = 0
    for name, count in types:
        rows = arrow(order[start : start + count], pa.int32())
        fields = {field.name for field in chain(ENVELOPE, *CONTRACT[name].payloads)} | {CONTENT_HASH.name}
        yield events.select([field for field in events.schema.names if field in fields]).take(rows)
        start += count


def events_in(stage: str, *names: str) -> pa.Table:
    """The events of a stage with these of the given fields or the content's hash, all when none is named."""
    schema = EVENTS.arrow if not names else pa.schema([EVENTS.arrow.field(name) for name in names])
    return read_stage(stage, schema)


def _with_the_unsettled(part: Part, foreign: Foreign, stages: str) -> Part:
    """The part with names and retractions, where there are any."""
    names, retractions = foreign.names, foreign.retractions
    if names.num_rows:
        (batch,) = names.select(["name"]).combine_chunks().to_batches()
        part = replace(part, names=Names(_new_stage(stages, [names]), int64s(names["id"]), row_hashes(batch)))
    if retractions.num_rows:
        part = replace(part, retractions=_new_stage(stages, [retractions]))
    return replace(part, left_out=foreign.left_out)


def _new_stage(stages: str, tables: Iterable[pa.Table]) -> str:
    stage = places.join(stages, uuid.uuid4().hex)
    write_stage(stage, tables)
    return stage


def write_events(target: Target, one: tuple[str, Bools]) -> DataFile | None:
    """Write the chosen events of a stage, with what the landing adds, to a new data file of the log, if any."""
    stage, kept = one
    if not kept.any():
        return None
    checks = standard_checks(LOG_FILE)[1:]
    writer = FileWriter(target.log, LOG_FILE, 0, checks, f"{PARTITION}={target.date}/", hashed=False)
    start = 0
    for of_a_type in tables_in(stage):
        events = of_a_type.filter(flags(kept[start : start + of_a_type.num_rows]))
        for batch in (
            with_columns(_landed(events, target), LOG_FILE.arrow).combine_chunks().to_batches(LOG_FILE.row_group)
        ):
            writer.write(batch)
        start += of_a_type.num_rows
    file = writer.close()
    require_clean("log", writer.findings)
    return file


def _landed(events: pa.Table, target: Target) -> pa.Table:
    """The events with what the landing adds."""
    landing = pa.repeat(pa.scalar(target.landing, pa.int64()), events.num_rows)
    time = pa.repeat(pa.scalar(target.clock, LOG.arrow.field("ingestion_time").type), events.num_rows)
    return events.append_column("landing", landing).append_column("ingestion_time", time)

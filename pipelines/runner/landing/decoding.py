"""The tasks that decode: blocks of lines become staged events, and faulty lines."""

import threading
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pyarrow as pa

from pipelines.adapters import Adapter, load_adapter
from pipelines.arrays import Int64s, arrow, int64s
from pipelines.door.arrow import TYPE
from pipelines.door.decoding import Decoded, decode
from pipelines.door.room import Room
from pipelines.events import CONTRACT
from pipelines.events.contract import ENVELOPE
from pipelines.events.log import CONTENT_HASH
from pipelines.hashing import row_hashes
from pipelines.runner.landing.foreign import Foreign, adapted
from pipelines.runner.landing.parts import Names, Part, Stage, Types
from pipelines.runner.landing.sources import Block, Chunk, blocks
from pipelines.sorting import Order, order_by
from pipelines.storage import places
from pipelines.storage.stages import write_stage

RANKS: Int64s = np.array([sorted(CONTRACT).index(name) for name in CONTRACT], np.int64)
"""The place by name of each event type, by number."""
_OWN = threading.local()


@dataclass(frozen=True)
class Intake:
    """How lines are read: where to stage their events, which adapter reads them, and the clock in UTC microseconds."""

    stages: str
    format: str
    clock: int


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
        stage=Stage(_new_stage(stages, _of_types(decoded.events, order, types)), types),
        id_hash=row_hashes(ids[0])[order] if ids else np.empty(0, np.uint64),
        content_hash=int64s(decoded.events[CONTENT_HASH.name])[order],
        line=decoded.lines[order],
        offset=decoded.offsets[order] + first,
        faulty=tuple(replace(faulty, offset=faulty.offset + first) for faulty in decoded.faulty),
        line_count=decoded.line_count,
    )


def _by_type(events: pa.Table) -> tuple[Order, Types]:
    """The events by type, as they were within one, and the types with their counts."""
    numbers = events.select([TYPE]).combine_chunks()[TYPE]
    ranks = RANKS[np.frombuffer(numbers.chunk(0).indices.buffers()[1], np.int32)] if numbers.num_chunks else RANKS[:0]
    counts = np.bincount(ranks, minlength=len(RANKS)).tolist()
    return order_by(ranks), tuple((name, count) for name, count in zip(sorted(CONTRACT), counts, strict=True) if count)


def _of_types(events: pa.Table, order: Order, types: Types) -> Iterator[pa.Table]:
    """The events of each type with the columns that its versions have, but for the type."""
    start = 0
    for name, count in types:
        rows = arrow(order[start : start + count], pa.int32())
        fields = {field.name for field in chain(ENVELOPE, *CONTRACT[name].payloads)} - {TYPE} | {CONTENT_HASH.name}
        yield events.select([field for field in events.schema.names if field in fields]).take(rows)
        start += count


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

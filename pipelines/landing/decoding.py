"""The tasks that decode: blocks of lines become staged events, and faulty lines."""

import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pyarrow as pa

from pipelines.adapters import Adapter, load_adapter
from pipelines.arrays import Int64s, arrow, int64s
from pipelines.door.arrow import TYPE
from pipelines.door.buffers import Buffers
from pipelines.door.decoding import Decoded, decode
from pipelines.events import CONTRACT
from pipelines.events.contract import ENVELOPE
from pipelines.events.log import CONTENT_HASH
from pipelines.hashing import row_hashes
from pipelines.landing import long_lines
from pipelines.landing.blocks import Block, Spans, blocks
from pipelines.landing.foreign import Foreign, adapted
from pipelines.landing.long_lines import Extent
from pipelines.landing.partitions import Names, Partition, Stage, Types
from pipelines.landing.raw_lines import RawLines
from pipelines.landing.rejects import RejectStage
from pipelines.sorting import Order, order_by
from pipelines.sources.pieces import Chunk
from pipelines.storage import places
from pipelines.storage.staging import write_stage

RANKS: Int64s = np.array([sorted(CONTRACT).index(name) for name in CONTRACT], np.int64)
"""The place by name of each event type, by number."""
_OWN = threading.local()


@dataclass(frozen=True)
class Intake:
    """How lines are read: where to stage their events, which adapter reads them, the clock in UTC microseconds.

    And the folder in which long lines that do not fit are kept.
    """

    staging: str
    format: str
    clock: int
    raw: str

    @property
    def raw_lines(self) -> RawLines:
        """Where long lines that do not fit are kept."""
        return RawLines(self.raw, self.staging)


def decode_chunk(chunk: Chunk, intake: Intake) -> list[Partition]:
    """The partitions of a chunk, one for each block."""
    adapter = load_adapter(intake.format)
    if not hasattr(_OWN, "buffers"):
        _OWN.buffers = Buffers()
    with closing(blocks(chunk, _OWN.buffers, intake.staging)) as found:
        return [_partition(block, intake, adapter, _OWN.buffers) for block in found]


def _partition(block: Block, intake: Intake, adapter: Adapter | None, buffers: Buffers) -> Partition:
    if block.lines.size > long_lines.LONG:
        buffers = Buffers()
    data = block.lines.padded.data
    with RejectStage(intake.raw_lines) as rejects:

        def tell(line: int, start: int, end: int, faults: tuple[str, ...]) -> None:
            rejects.add(line, start, data[start:end], faults)

        if adapter is None:
            partition = staged(block.spans, decode(block.lines, intake.clock, tell, buffers), intake.staging)
        else:
            foreign = adapted(adapter, block, intake.clock, tell)
            partition = staged(block.spans, foreign.decoded, intake.staging)
            partition = _with_the_unsettled(partition, foreign, intake.staging)
        if block.too_long is not None:
            partition = replace(partition, line_count=1)
            _reject(block.too_long, rejects)
    return replace(partition, rejects=rejects.places)


def _reject(line: Extent, rejects: RejectStage) -> None:
    """Stage a line that is too long, the first of its block, without holding it."""
    with places.reading(line.place) as file:
        file.seek(line.start + line.size - 1)
        size = line.size - (file.read(1) == b"\n")
        file.seek(line.start)
        rejects.add_from(0, 0, file, size, (f"line: expected at most {long_lines.LONGEST} bytes, found {size}",))


def staged(spans: Spans, decoded: Decoded, staging: str) -> Partition:
    """The partition of what was decoded of a block."""
    order, types = _by_type(decoded.events)
    ids = decoded.events.select(["event_id"]).combine_chunks().to_batches()
    return Partition(
        spans=spans,
        stage=Stage(_new_stage(staging, _of_types(decoded.events, order, types)), types),
        id_hash=row_hashes(ids[0])[order] if ids else np.empty(0, np.uint64),
        content_hash=int64s(decoded.events[CONTENT_HASH.name])[order],
        line=decoded.lines[order],
        offset=decoded.offsets[order],
        line_count=decoded.line_count,
    )


def _by_type(events: pa.Table) -> tuple[Order, Types]:
    """The events by type, as they were within one, and the types with their counts."""
    numbers = events.select([TYPE]).combine_chunks()[TYPE]
    ranks = RANKS[np.frombuffer(numbers.chunk(0).indices.buffers()[1], np.int32)] if numbers.num_chunks else RANKS[:0]
    counts = np.bincount(ranks, minlength=len(RANKS)).tolist()
    return order_by(ranks), tuple((name, count) for name, count in zip(sorted(CONTRACT), counts, strict=True) if count)


def _of_types(events: pa.Table, order: Order, types: Types) -> Iterator[pa.Table]:
    """The events of each type with the columns that its versions have, but for the type and what no event has."""
    given = [name for name in events.schema.names if events[name].null_count < events.num_rows]
    start = 0
    for name, count in types:
        rows = arrow(order[start : start + count], pa.int32())
        fields = {field.name for field in chain(ENVELOPE, *CONTRACT[name].payloads)} - {TYPE} | {CONTENT_HASH.name}
        yield events.select([name for name in given if name in fields]).take(rows)
        start += count


def _with_the_unsettled(partition: Partition, foreign: Foreign, staging: str) -> Partition:
    """The partition with names and retractions, where there are any."""
    names, retractions = foreign.names, foreign.retractions
    if names.num_rows:
        (batch,) = names.select(["name"]).combine_chunks().to_batches()
        partition = replace(
            partition, names=Names(_new_stage(staging, [names]), int64s(names["id"]), row_hashes(batch))
        )
    if retractions.num_rows:
        partition = replace(partition, retractions=_new_stage(staging, [retractions]))
    return replace(partition, left_out=foreign.left_out)


def _new_stage(staging: str, tables: Iterable[pa.Table]) -> str:
    stage = places.join(staging, uuid.uuid4().hex)
    write_stage(stage, tables)
    return stage

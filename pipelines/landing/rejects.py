"""The lines of a landing that go to quarantine: faulty ones, and those that contradict an event that stands."""

from collections.abc import Iterator

import numpy as np

from pipelines.landing.deduplication import Deduplicated
from pipelines.landing.partitions import Partition, ids_at
from pipelines.landing.quarantine import Reject
from pipelines.landing.sources import Chunk, lines_at

CONFLICT = "event_id: conflicts with the event of this id that landed first"


def first_lines(partitions: list[Partition]) -> list[int]:
    """For each partition the number of its first line in its source."""
    done: dict[int, int] = {}
    first = []
    for partition in partitions:
        before = done.get(partition.chunk.number, 0)
        first.append(before + 1)
        done[partition.chunk.number] = before + partition.line_count
    return first


def faulty_lines(partitions: list[Partition]) -> Iterator[Reject]:
    """The lines that do not fit the contract; several faults of one line are told together."""
    for partition, first in zip(partitions, first_lines(partitions), strict=True):
        by_line: dict[int, Reject] = {}
        for one in partition.faulty:
            before = by_line[one.line].faults if one.line in by_line else ()
            faults = tuple(dict.fromkeys((*before, *one.faults)))
            by_line[one.line] = Reject(partition.chunk.source, one.offset, first + one.line, one.raw, faults)
        yield from by_line.values()


def conflicting_lines(partitions: list[Partition], deduplicated: Deduplicated) -> Iterator[Reject]:
    """The lines whose event has the id of another event with another content."""
    for partition, first, conflict in zip(partitions, first_lines(partitions), deduplicated.conflict, strict=True):
        rows = np.flatnonzero(conflict)
        if len(rows) == 0:
            continue
        ids = ids_at(partition.stage, rows).to_pylist()
        raws = _raw(partition.chunk, partition.offset[rows].tolist())
        for row, event_id, raw in zip(rows.tolist(), ids, raws, strict=True):
            fault = f"{CONFLICT}, found {event_id!r} with another content"
            yield Reject(
                partition.chunk.source, int(partition.offset[row]), first + int(partition.line[row]), raw, (fault,)
            )


def _raw(chunk: Chunk, offsets: list[int]) -> list[bytes]:
    """The source's lines at these offsets."""
    by_offset = dict(zip(sorted(set(offsets)), lines_at(chunk, sorted(set(offsets))), strict=True))
    return [by_offset[offset] for offset in offsets]

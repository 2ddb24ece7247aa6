"""Conflicts: lines whose event has the id of another event with another content go to quarantine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from pipelines.arrays import Bools, Int64s
from pipelines.engines.base import Engine
from pipelines.landing.blocks import Spans
from pipelines.landing.partitions import Partition, Stage, ids_at
from pipelines.landing.raw_lines import RawLines
from pipelines.landing.rejects import RejectStage
from pipelines.landing.rereading import lines_at

CONFLICT = "event_id: conflicts with the event of this id that landed first"


@dataclass(frozen=True)
class Conflicting:
    """Events of a block that conflict: their rows in its stage, with line and offset of each."""

    spans: Spans
    stage: Stage
    rows: Int64s
    line: Int64s
    offset: Int64s


def with_conflicts(
    engine: Engine, partitions: Sequence[Partition], conflict: Sequence[Bools], raw_lines: RawLines
) -> list[Partition]:
    """The partitions, where the lines of events that conflict are among the rejects."""
    some = [number for number, found in enumerate(conflict) if found.any()]
    found = [_conflicting(partitions[number], np.flatnonzero(conflict[number])) for number in some]
    staged = dict(zip(some, engine.run(partial(_stage, raw_lines), found), strict=True)) if some else {}
    return [
        replace(partition, rejects=(*partition.rejects, *staged.get(number, ())))
        for number, partition in enumerate(partitions)
    ]


def _conflicting(partition: Partition, rows: Int64s) -> Conflicting:
    return Conflicting(partition.spans, partition.stage, rows, partition.line[rows], partition.offset[rows])


def _stage(raw_lines: RawLines, found: Conflicting) -> tuple[str, ...]:
    """The task: stage the lines of events that conflict, by line."""
    ids = ids_at(found.stage, found.rows).to_pylist()
    lines = lines_at(found.spans, np.unique(found.offset).tolist())
    raw, last = b"", -1
    with RejectStage(raw_lines) as rejects:
        for row in np.argsort(found.line, kind="stable").tolist():
            line, offset = int(found.line[row]), int(found.offset[row])
            if offset != last:
                raw, last = next(lines), offset
            rejects.add(line, offset, raw, (f"{CONFLICT}, found {ids[row]!r} with another content",))
    return rejects.places

"""The lines of a landing that go to quarantine: faulty ones, and those that contradict an event that stands."""

from collections.abc import Iterator

import numpy as np

from pipelines.runner.landing.duplicates import Verdict
from pipelines.runner.landing.parts import Part, ids_at
from pipelines.runner.landing.quarantine import Misfit
from pipelines.runner.landing.sources import Chunk, lines_at

CONFLICT = "event_id: conflicts with the event of this id that landed first"


def first_lines(parts: list[Part]) -> list[int]:
    """For each part the number of its first line in its source."""
    done: dict[int, int] = {}
    first = []
    for part in parts:
        before = done.get(part.chunk.number, 0)
        first.append(before + 1)
        done[part.chunk.number] = before + part.line_count
    return first


def faulty_lines(parts: list[Part]) -> Iterator[Misfit]:
    """The lines that do not fit the contract; several faults of one line are told together."""
    for part, first in zip(parts, first_lines(parts), strict=True):
        by_line: dict[int, Misfit] = {}
        for one in part.faulty:
            before = by_line[one.line].faults if one.line in by_line else ()
            faults = tuple(dict.fromkeys((*before, *one.faults)))
            by_line[one.line] = Misfit(part.chunk.source, one.offset, first + one.line, one.raw, faults)
        yield from by_line.values()


def conflicting_lines(parts: list[Part], verdict: Verdict) -> Iterator[Misfit]:
    """The lines whose event has the id of another event with another content."""
    for part, first, conflict in zip(parts, first_lines(parts), verdict.conflict, strict=True):
        rows = np.flatnonzero(conflict)
        if len(rows) == 0:
            continue
        ids = ids_at(part.stage, rows).to_pylist()
        raws = _raw(part.chunk, part.offset[rows].tolist())
        for row, event_id, raw in zip(rows.tolist(), ids, raws, strict=True):
            fault = f"{CONFLICT}, found {event_id!r} with another content"
            yield Misfit(part.chunk.source, int(part.offset[row]), first + int(part.line[row]), raw, (fault,))


def _raw(chunk: Chunk, offsets: list[int]) -> list[bytes]:
    """The source's lines at these offsets."""
    by_offset = dict(zip(sorted(set(offsets)), lines_at(chunk, sorted(set(offsets))), strict=True))
    return [by_offset[offset] for offset in offsets]

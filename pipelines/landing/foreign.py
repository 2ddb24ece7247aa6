"""Blocks of foreign lines become events, with what only the whole landing can settle: names and retractions."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.adapters import Adapted, Adapter, AdapterFault
from pipelines.arrays import Int64s, no_rows
from pipelines.door.decoding import Decoded, Tell, decode
from pipelines.landing.blocks import Block, span_at

NAMES = pa.schema([("id", pa.int64()), ("name", pa.string()), ("offsets", pa.list_(pa.int64()))])
RETRACTIONS = pa.schema(
    [
        ("line", pa.int64()),
        ("offset", pa.int64()),
        ("raw", pa.binary()),
        ("event", pa.string()),
        ("record", pa.string()),
        ("subject", pa.string()),
    ]
)


@dataclass(frozen=True)
class Foreign:
    """What an adapter made of a block.

    `names` has each name once, by id, with the lines that use it; `retractions` the lines whose subject is to be found;
    both say in which byte of the block a line begins. `left_out` counts lines by what they are.
    """

    decoded: Decoded
    names: pa.Table
    retractions: pa.Table
    left_out: tuple[tuple[str, int], ...]


@dataclass
class _Collected:
    """What the lines of a block gave so far; `origins` has the line of each event, `faulty` faults by line."""

    made: list[bytes] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)
    faulty: dict[int, tuple[str, ...]] = field(default_factory=dict)
    names: dict[str, tuple[int, list[int]]] = field(default_factory=dict)
    retractions: list[tuple[int, int, bytes, str, str, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, number: int, start: int, line: bytes, adapted: Adapted) -> None:
        """Take in what a line gave; `start` is its first byte."""
        self.made += adapted.events
        self.origins += [number] * len(adapted.events)
        for name, found in adapted.names.items():
            self.names.setdefault(name, (found, []))[1].append(start)
        if adapted.retraction is not None:
            event, record, subject = adapted.retraction
            self.retractions.append((number, start, line, json.dumps(event), record, subject))
        if adapted.left_out is not None:
            self.left_out[adapted.left_out] += 1

    def note(self, event: int, _start: int, _end: int, faults: tuple[str, ...]) -> None:
        """Note the faults of an event at its line, which may have given other faulty ones."""
        number = self.origins[event]
        self.faulty[number] = tuple(dict.fromkeys((*self.faulty.get(number, ()), *faults)))


def adapted(adapter: Adapter, block: Block, clock: int, tell: Tell) -> Foreign:
    """What an adapter makes of a block; faults of the events are told of the foreign line, once, when all are known."""
    lines = block.lines.data.tobytes().split(b"\n")
    lines = lines[:-1] if lines[-1] == b"" else lines
    starts = np.cumsum([0, *(len(line) + 1 for line in lines)])
    collected = _Collected()
    for number, (line, start) in enumerate(zip(lines, starts.tolist(), strict=False)):
        if not line.strip():
            continue
        try:
            source = block.spans[span_at(block.spans, start)].piece.source
            collected.add(number, start, line, adapter(source, line))
        except AdapterFault as fault:
            collected.faulty[number] = (str(fault),)
    decoded = decode(b"\n".join(collected.made), clock, collected.note)
    for number in sorted(collected.faulty):
        start = int(starts[number])
        tell(number, start, start + len(lines[number]), collected.faulty[number])
    lines_of = np.array(collected.origins, np.int64)[decoded.lines]
    told = Decoded(decoded.events, lines_of, starts[lines_of], len(lines))
    names = _table(_names(collected, starts), NAMES)
    return Foreign(told, names, _table(collected.retractions, RETRACTIONS), tuple(collected.left_out.items()))


def _names(collected: _Collected, starts: Int64s) -> list[tuple[int, str, list[int]]]:
    """The names by id, those of one id in the order of the lines; a faulty line uses none."""
    unused = {int(starts[number]) for number in collected.faulty}
    rows = [(found, name, lines) for name, (found, lines) in collected.names.items()]
    if unused:
        rows = [(found, name, [start for start in lines if start not in unused]) for found, name, lines in rows]
        rows = sorted((row for row in rows if row[2]), key=lambda row: row[2][0])
    return sorted(rows, key=lambda row: row[0])


def _table(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    return pa.table(list(zip(*rows, strict=True)), schema=schema) if rows else no_rows(schema)

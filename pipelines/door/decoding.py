"""Blocks of event lines become Arrow columns, and the lines that do not fit are told with all their faults."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.door.arrow import events_of
from pipelines.door.buffers import Buffers, Lines, lines_of
from pipelines.door.columns import END, START
from pipelines.door.fast import fast
from pipelines.door.times import latest_at
from pipelines.door.verdicts import verdicts
from pipelines.machine import Bytes, Int64s

Tell = Callable[[int, int, int, tuple[str, ...]], None]
"""What is told, in source order, of each line that does not fit.

It is its index, its first byte and its newline's in the block, and every fault.
"""


@dataclass(frozen=True)
class Decoded:
    """A block's events in source order, with line index and byte offset of each.

    The events' columns are those of GIVEN and the content's hash; blank lines count as lines.
    """

    events: pa.Table
    lines: Int64s
    offsets: Int64s
    line_count: int


def decode(
    block: bytes | memoryview | Bytes | Lines, clock: int, tell: Tell, buffers: Buffers | None = None
) -> Decoded:
    """The events of a block of lines (no byte-order mark) at a time of the clock, in UTC microseconds.

    The lines that do not fit are told one by one, and not held, since there may be very many.
    Buffers that are given are used for the events, which then last until they are used again, as do lines in them.
    The compiled way takes what it can; the lines that it declines go the strict way, and those that fit
    go through the compiled way again, written canonically, so that all columns and hashes have one maker.
    """
    buffers = buffers or Buffers()
    lines = block if isinstance(block, Lines) else lines_of(block, buffers)
    scanned = fast(lines, latest_at(clock), buffers)
    fitting: list[tuple[int, int, bytes]] = []
    for line, start, end, verdict in verdicts(lines, scanned.declined, clock):
        if isinstance(verdict, bytes):
            fitting.append((line, start, verdict))
        else:
            tell(line, start, end, verdict)
    decoded = Decoded(
        events_of(scanned.columns, scanned.rows),
        scanned.columns.lines[: scanned.rows],
        scanned.columns.offsets[: scanned.rows],
        scanned.line_count,
    )
    return _with_more(decoded, fitting, latest_at(clock)) if fitting else decoded


def _with_more(decoded: Decoded, fitting: list[tuple[int, int, bytes]], latest: int) -> Decoded:
    """The events with those of canonical lines, given with line index and offset, put at their places."""
    block, buffers = b"\n".join(line for _, _, line in fitting), Buffers()
    scanned = fast(lines_of(block, buffers), latest, buffers)
    if scanned.rows != len(fitting):
        raise AssertionError(
            f"the fast way declined a canonical line: {block[slice(*scanned.declined[0, START : END + 1])]!r}"
        )
    lines = np.concatenate([decoded.lines, [line for line, _, _ in fitting]])
    offsets = np.concatenate([decoded.offsets, [offset for _, offset, _ in fitting]])
    order = np.argsort(lines)
    events = pa.concat_tables([decoded.events, events_of(scanned.columns, scanned.rows)])
    events = events.take(pa.Array.from_buffers(pa.int64(), len(order), [None, pa.py_buffer(order)])).combine_chunks()
    return Decoded(events, lines[order], offsets[order], decoded.line_count)

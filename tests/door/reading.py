"""What came out of a block, as plain values."""

from types import SimpleNamespace
from typing import NamedTuple

import pyarrow as pa

from pipelines.door import decoding
from pipelines.door.buffers import Buffers, lines_of
from pipelines.door.fast import fast
from pipelines.door.strict import Faults, strict
from pipelines.door.times import latest_at
from tests.door.samples import CLOCK


class Faulty(NamedTuple):
    """A line that does not fit: its index, its first byte and its newline's in the block, with every fault."""

    line: int
    start: int
    end: int
    faults: tuple[str, ...]


def events_of(decoded):
    """The events as dicts like those of `strict`, and their hashes."""
    table = decoded.events
    place = table.schema.get_field_index("event_time")
    rows = table.set_column(place, "event_time", table["event_time"].cast(pa.int64())).to_pylist()
    hashes = [row.pop("content_hash") for row in rows]
    return [{name: value for name, value in row.items() if value is not None} for row in rows], hashes


def judged(line, clock=CLOCK):
    """The decoded fields of a line, or the tuple of its faults."""
    try:
        return strict(line, clock)
    except Faults as fault:
        return fault.faults


def decode(block, clock, buffers=None):
    """What a block gives, with the faulty lines that were told of as `faulty`."""
    faulty = []
    decoded = decoding.decode(block, clock, lambda *told: faulty.append(Faulty(*told)), buffers)
    return SimpleNamespace(**vars(decoded), faulty=tuple(faulty))


def decoded_lines(block, clock=CLOCK):
    """The line index of each event and of each faulty line."""
    decoded = decode(block, clock)
    return decoded.lines.tolist(), [one.line for one in decoded.faulty]


def is_fast(raw, clock=CLOCK):
    """Whether the fast way takes a line."""
    return scanned(raw, clock).rows == 1


def scanned(block, clock=CLOCK):
    """What the fast way makes of a block."""
    buffers = Buffers()
    return fast(lines_of(block, buffers), latest_at(clock), buffers)

"""Events without their personal payload: as if they had come without names, and with texts that say nothing.

What may be left out by the contract becomes null, and so do names; a text that a post must have becomes empty. The hash
of what is left is that of the content before without the fields that went, so it is known without the line.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Bools, arrow, bools, flags, int64s, strings, with_column
from pipelines.door.hashing import hash_of, seed_of
from pipelines.events import CONTRACT, PERSONAL
from pipelines.events.log import CONTENT_HASH

NAMES = tuple(field.name for field in PERSONAL)
"""The names of what is personal."""
_EMPTY = frozenset(
    field.name
    for event in CONTRACT.values()
    for payload in event.payloads
    for field in payload
    if field.personal and field.required and field.shortest == 0
)
"""What becomes an empty text, as the contract asks for one."""
NO = flags(np.zeros(1, np.bool_))[0]
LEFT = {True: strings([""])[0], False: pa.nulls(1, pa.string())[0]}
"""What is left of a field, whether it must be given or not."""


def is_personal(events: pa.Table) -> Bools:
    """Which events say something personal."""
    found = np.zeros(events.num_rows, np.bool_)
    for name, said in _said(events):
        told = pc.not_equal(said, LEFT[True]) if name in _EMPTY else said.is_valid()
        found |= bools(pc.fill_null(told, NO))
    return found


def without_payload(events: pa.Table, chosen: Bools) -> pa.Table:
    """Events of one type, of which those that are chosen say nothing personal then."""
    hashes = int64s(events[CONTENT_HASH.name]).view(np.uint64).copy()
    for name, said in _said(events):
        given, seed = chosen & bools(said.is_valid()), seed_of(name)
        rows = np.flatnonzero(given)
        left = hash_of(b"", seed) if name in _EMPTY else np.uint64(0)
        texts = said.take(arrow(rows, pa.int64())).to_pylist()
        hashes[rows] += left - np.array([hash_of(text.encode(), seed) for text in texts], np.uint64)
        events = with_column(events, name, pc.if_else(flags(given), LEFT[name in _EMPTY], said))
    return with_column(events, CONTENT_HASH.name, arrow(hashes.view(np.int64), pa.int64()))


def _said(events: pa.Table) -> Iterator[tuple[str, pa.Array]]:
    """What is personal of events, by field."""
    for name in NAMES:
        if name in events.schema.names:
            column = events[name]
            yield name, pa.concat_arrays([pa.nulls(0, pa.string()), *column.cast(pa.string()).chunks])

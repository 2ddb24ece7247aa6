"""Contents of events as the log will have them, by which a landing tells a duplicate from a conflict."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, arrow, int64s
from pipelines.door.arrow import TYPE
from pipelines.door.decoding import decode
from pipelines.door.hashing import OF_EMPTY_LISTS
from pipelines.door.times import LAST
from pipelines.events.log import CONTENT_HASH
from pipelines.log.erasing import erased
from pipelines.log.erasures import Erasures


def hashes(lines: Sequence[bytes], known: Erasures) -> Int64s:
    """The hashes of the contents of lines that fit, in order, once erasures are applied."""
    events = decode(b"\n".join(lines), LAST, _unexpected).events
    found = int64s(events[CONTENT_HASH.name]).copy()
    if known.records:
        for name in set(events[TYPE].to_pylist()):
            rows = np.flatnonzero(np.array(events[TYPE].to_pylist()) == name)
            without = erased(events.take(arrow(rows, pa.int64())), known)
            if without is not None:
                found[rows] = int64s(without[CONTENT_HASH.name])
    return found


def prepare() -> None:
    """Have the compiled code there before the first hash is asked for."""
    decode(b"", LAST, _unexpected)


def are_same(standing: int, new: int) -> bool:
    """Whether contents with these hashes are one, of which one stands."""
    difference = np.array([standing], np.int64) - np.array([new], np.int64)
    return bool(np.isin(difference, OF_EMPTY_LISTS)[0])


def _unexpected(line: int, _start: int, _end: int, faults: tuple[str, ...]) -> None:
    raise AssertionError(f"line {line}, which fitted, does not: {'; '.join(faults)}")

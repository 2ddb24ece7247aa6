"""Bodies of requests: one JSON object, or one a line; and what is said where lines do not fit."""

from collections.abc import Iterable
from typing import Any

from pipelines.door.lines import NoObject, pairs_of

LONGEST = 512 * 1024
"""So many characters of faults an answer has at most."""


def as_lines(body: bytes) -> bytes:
    """A body as lines: one object that stands on several is one, for in JSON a newline is but a space."""
    if b"\n" not in body.strip():
        return body
    joined = body.replace(b"\n", b" ")
    try:
        pairs_of(joined)
    except NoObject:
        return body
    return joined


def refusal(faulty: Iterable[tuple[int, tuple[str, ...]]], lines: int) -> dict[str, Any]:
    """What is said of the lines of so many that do not fit, by number, each with its faults.

    Faults that have no room are counted.
    """
    told, size, count, untold = dict[int, list[str]](), 0, 0, 0
    for line, faults in faulty:
        count += 1
        for fault in faults:
            size += len(fault)
            if size <= LONGEST:
                told.setdefault(line, []).append(fault)
            else:
                untold += 1
    error = f"lines that do not fit: {count} of {lines}; nothing was taken"
    answer = {"error": error, "lines": [{"line": line, "faults": faults} for line, faults in told.items()]}
    return answer | ({"untold_faults": untold} if untold else {})

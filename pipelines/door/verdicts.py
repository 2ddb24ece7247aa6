"""What the strict way says of the lines of a block that the fast way declines."""

from collections.abc import Iterator

from pipelines.door.buffers import Lines
from pipelines.door.strict_process import Verdict, strict_process, verdict_on
from pipelines.machine import Int64s

MANY = 8192
"""From so many lines on, a process of their own is worth its start."""
AT_ONCE = 4096
"""How many lines it is asked about at once."""


def verdicts(lines: Lines, places: Int64s, clock: int) -> Iterator[tuple[int, int, int, Verdict]]:
    """What the strict way says of lines of a block, which are given and told by index, start and end."""
    if len(places) < MANY:
        for line, start, end in places.tolist():
            yield line, start, end, verdict_on(lines.padded[start:end].data, clock)
        return
    with strict_process() as process:
        for first in range(0, len(places), AT_ONCE):
            some = places[first : first + AT_ONCE].tolist()
            said = process.verdicts([lines.padded[start:end].tobytes() for _, start, end in some], clock)
            yield from ((*place, verdict) for place, verdict in zip(some, said, strict=True))

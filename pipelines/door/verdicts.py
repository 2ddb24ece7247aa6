"""What the strict way says of the lines of a block that the fast way declines."""

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle

from pipelines.door.buffers import Lines
from pipelines.door.strict_process import StrictProcess, Verdict, strict_process, verdict_on
from pipelines.door.times import latest_at
from pipelines.machine import Int64s

MANY = 8192
"""From so many lines on, processes of their own are worth their start."""
AT_ONCE = 4096
"""How many lines one of them is asked about at once."""
PROCESSES = 2
"""While one answers, what another answered is taken in."""
Asked = tuple[StrictProcess, list[list[int]]]


def verdicts(lines: Lines, places: Int64s, clock: int) -> Iterator[tuple[int, int, int, Verdict]]:
    """What the strict way says of lines of a block, which are given and told by index, start and end."""
    if len(places) < MANY:
        latest = latest_at(clock)
        for line, start, end in places.tolist():
            yield line, start, end, verdict_on(lines.padded[start:end].data, latest)
        return
    with ExitStack() as open_:
        turns = cycle([open_.enter_context(strict_process(clock)) for _ in range(PROCESSES)])
        asked = deque[Asked]()
        for first in range(0, len(places), AT_ONCE):
            if len(asked) == PROCESSES:
                yield from _told(*asked.popleft())
            some, process = places[first : first + AT_ONCE].tolist(), next(turns)
            process.ask([lines.padded[start:end].tobytes() for _, start, end in some])
            asked.append((process, some))
        for process, some in asked:
            yield from _told(process, some)


def _told(process: StrictProcess, places: list[list[int]]) -> Iterator[tuple[int, int, int, Verdict]]:
    for (line, start, end), verdict in zip(places, process.told(), strict=True):
        yield line, start, end, verdict

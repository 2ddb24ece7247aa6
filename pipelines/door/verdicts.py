"""What the strict way says of the lines of a block that the fast way declines."""

from collections import deque
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from itertools import cycle

from pipelines.door.buffers import Lines
from pipelines.door.columns import END, START, UNKNOWN
from pipelines.door.layout import TYPES
from pipelines.door.strict import faults_of_unknown
from pipelines.door.strict_process import StrictProcess, Verdict, strict_process, verdict_on
from pipelines.door.times import latest_at
from pipelines.machine import Int64s

MANY = 8192
"""From so many lines on, processes of their own are worth their start."""
AT_ONCE = 4096
"""How many lines one of them is asked about at once."""
PROCESSES = 2
"""While one answers, what another answered is taken in."""
NAMES = [event.name for event in TYPES]
"""The names of the event types, by number."""


def verdicts(lines: Lines, declined: Int64s, clock: int) -> Iterator[tuple[int, int, int, Verdict]]:
    """What the strict way says of the declined lines of a block, which are told by index, start and end.

    Of a line in which nothing is wrong but a field that is unknown it is said by this field alone.
    """
    data = lines.padded.data
    with closing(_strictly(lines, declined[declined[:, UNKNOWN] == 0], clock)) as told:
        for first in range(0, len(declined), AT_ONCE):
            for line, start, end, field, field_end, type_, version in declined[first : first + AT_ONCE].tolist():
                if field:
                    yield line, start, end, faults_of_unknown(NAMES[type_], version, data[field:field_end].tobytes())
                else:
                    yield line, start, end, next(told)


def _strictly(lines: Lines, declined: Int64s, clock: int) -> Generator[Verdict, None, None]:
    """What the strict way says of each of some declined lines."""
    places = declined[:, START : END + 1]
    if len(places) < MANY:
        latest = latest_at(clock)
        for start, end in places.tolist():
            yield verdict_on(lines.padded[start:end].data, latest)
        return
    with ExitStack() as open_:
        turns = cycle([open_.enter_context(strict_process(clock)) for _ in range(PROCESSES)])
        asked = deque[StrictProcess]()
        for first in range(0, len(places), AT_ONCE):
            if len(asked) == PROCESSES:
                yield from asked.popleft().told()
            process = next(turns)
            process.ask([lines.padded[start:end].tobytes() for start, end in places[first : first + AT_ONCE].tolist()])
            asked.append(process)
        for process in asked:
            yield from process.told()

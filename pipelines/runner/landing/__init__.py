"""The one door: lines come in, valid events are appended to the log in one commit, the rest goes to quarantine.

The quarantine is written first, then the log, on the very version in which duplicates were looked for: a landing that
is killed anywhere and repeated ends as if it had run once, and two landings at once keep every event once.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from pipelines.adapters import EVENTS, load_adapter
from pipelines.engines.base import Engine
from pipelines.events.log import LOG
from pipelines.runner.landing import quarantine
from pipelines.runner.landing.certificate import Certificate, certificate_of, certified, counted, metadata
from pipelines.runner.landing.decoding import PARTITION, Door, Part, decode_chunk
from pipelines.runner.landing.duplicates import judge
from pipelines.runner.landing.misfits import conflicting_lines, faulty_lines
from pipelines.runner.landing.quarantine import Misfit
from pipelines.runner.landing.settling import drop, settle
from pipelines.runner.landing.sources import STANDARD_INPUT, Chunk, chunks_of
from pipelines.storage import delta, places
from pipelines.storage.datafiles import DataFile
from pipelines.storage.lake import Lake

APPLICATION = "land"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Progress = Callable[[int, int], None]
Keep = Callable[[Sequence[Misfit]], int]


@dataclass(frozen=True)
class Landing:
    """What one landing did; `number` is None when it brought no event. `faults` counts quarantined lines by fault."""

    number: int | None
    lines: int
    landed: int
    duplicates: int
    quarantined: int
    newly_quarantined: int
    faults: dict[str, int] = field(default_factory=dict)


def together(landings: Sequence[Landing]) -> Landing:
    """Several landings as one."""
    faults: Counter[str] = Counter()
    for one in landings:
        faults.update(one.faults)
    numbers = [one.number for one in landings if one.number is not None]
    return Landing(
        number=max(numbers, default=None),
        lines=sum(one.lines for one in landings),
        landed=sum(one.landed for one in landings),
        duplicates=sum(one.duplicates for one in landings),
        quarantined=sum(one.quarantined for one in landings),
        newly_quarantined=sum(one.newly_quarantined for one in landings),
        faults=dict(faults.most_common()),
    )


def no_progress(_done: int, _all: int) -> None:
    """Show nothing."""


def land(
    lake: Lake,
    engine: Engine,
    sources: Sequence[str],
    *,
    format_name: str = EVENTS,
    clock: datetime | None = None,
    progress: Progress = no_progress,
) -> Landing:
    """Land the lines of the sources at a time of the clock (now when None).

    Raises PlaceError for a source that cannot be read, UsageError for an unknown format, Conflict when other landings
    kept coming first.
    """
    load_adapter(format_name)
    now = clock or datetime.now(UTC)
    chunks = chunks_of(lake, sources)

    def keep(misfits: Sequence[Misfit]) -> int:
        return quarantine.put(lake, misfits, format_name, _micros(now))

    try:
        return land_chunks(lake, engine, chunks, format_name, now, progress, keep)
    finally:
        for place in {chunk.place for chunk in chunks if chunk.source == STANDARD_INPUT}:
            places.remove(place)


def land_chunks(
    lake: Lake,
    engine: Engine,
    chunks: list[Chunk],
    format_name: str,
    clock: datetime | None,
    progress: Progress,
    keep: Keep,
) -> Landing:
    """Land the lines of chunks; `keep` is given the lines that do not fit, and says how many are new to it."""
    now = (clock or datetime.now(UTC)).astimezone(UTC)
    return delta.until_committed(partial(_attempt, lake, engine, chunks, format_name, now, progress, keep))


def _attempt(
    lake: Lake, engine: Engine, chunks: list[Chunk], format_name: str, now: datetime, progress: Progress, keep: Keep
) -> Landing:
    log = delta.ensure(lake.log, LOG, [PARTITION])
    door = Door(lake.log, format_name, delta.number(log, APPLICATION) + 1, _micros(now), now.date().isoformat())
    parts = _decode(engine, chunks, door, progress)
    verdict = judge(lake.log, parts, delta.uris(lake.log, log))
    misfits = [*faulty_lines(parts), *conflicting_lines(lake.log, parts, verdict)]
    new = keep(misfits)
    files = settle(engine, parts, verdict, door)
    own = certificate_of(parts, verdict, door.partition)
    if files:
        _commit(log, own, files, door)
    return Landing(
        number=door.number if files else None,
        lines=sum(part.line_count for part in parts),
        landed=counted(own),
        duplicates=sum(int(flags.sum()) for flags in verdict.duplicate),
        quarantined=len(misfits),
        newly_quarantined=new,
        faults=dict(Counter(_kind(fault) for misfit in misfits for fault in misfit.faults).most_common()),
    )


def _micros(now: datetime) -> int:
    return (now - EPOCH) // timedelta(microseconds=1)


def _kind(fault: str) -> str:
    """A fault without what was found, so that equal faults count together."""
    return fault.partition(", found ")[0]


def _decode(engine: Engine, chunks: list[Chunk], door: Door, progress: Progress) -> list[Part]:
    """The parts of all chunks, in source order."""
    parts: list[Part] = []
    step = 2 * engine.slots
    for first in range(0, len(chunks), step):
        decoded = engine.run(partial(decode_chunk, door=door), chunks[first : first + step])
        parts += [part for found in decoded for part in found]
        progress(min(first + step, len(chunks)), len(chunks))
    return parts


def _commit(log: delta.Handle, own: Certificate, files: list[DataFile], door: Door) -> None:
    """Append the files on the very version in which duplicates were looked for."""
    said = metadata(own, certified(log))
    try:
        change = delta.Commit(tuple(files), (), APPLICATION, door.number, said, {PARTITION: door.partition})
        delta.commit(log, LOG, change)
    except delta.Conflict:
        drop(door.place, files)
        raise

"""The one door: lines come in, valid events are appended to the log in one commit, the rest goes to quarantine.

The quarantine is written first, then the names behind foreign ids, then the log, on the very version in which
duplicates were looked for: a landing that is killed anywhere and repeated ends as if it had run once, and two landings
at once keep every event once.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from pipelines.adapters import EVENTS, load_adapter
from pipelines.clock import micros
from pipelines.engines.base import Engine
from pipelines.events.log import LOG, PARTITION
from pipelines.landing import quarantine
from pipelines.landing.conflicts import with_conflicts
from pipelines.landing.decoding import Intake, decode_chunk
from pipelines.landing.deduplication import deduplicate
from pipelines.landing.erasing import without_erased
from pipelines.landing.id_index import files_of
from pipelines.landing.indexes import Indexes
from pipelines.landing.log_files import certificate_of, write_standing
from pipelines.landing.lost import NOTHING, NOTHING_LOST, Lacking, Lost
from pipelines.landing.naming import commit_names, resolve_names, without_taken
from pipelines.landing.partitions import Partition
from pipelines.landing.recognition import require_format
from pipelines.landing.rejects import count_rejects
from pipelines.landing.retractions import with_retractions
from pipelines.landing.sources import Chunk, sources_of
from pipelines.landing.writing import Target, Written
from pipelines.log.certificate import APPLICATION, Certificate, counted
from pipelines.log.continuity import gone
from pipelines.log.erasures import Erasures, erasures
from pipelines.log.landings import Landed, metadata, newest, next_number
from pipelines.releases.release import last_landing, last_release
from pipelines.storage import commits, delta
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned

AT_ONCE = 16
"""The chunks for each core between two words on progress; all are waited for then, and their buffers are given back."""
Progress = Callable[[int, int], None]
Write = Callable[[Target], list[Written]]
Keep = Callable[[Sequence[Partition], Erasures], int]


@dataclass(frozen=True)
class Landing:
    """What one landing did; `number` is None when it brought no event.

    `faults` counts quarantined lines by fault, `left_out` the lines that mean nothing here by what they are, `not_read`
    the entries of folders that are no files to read, by what they are. `gone` says which landings the log lost that the
    last release was made of, `index` what was wrong with the index of ids, `bytes` how many the log's new files have.
    """

    number: int | None
    lines: int
    landed: int
    duplicates: int
    quarantined: int
    newly_quarantined: int
    faults: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    not_read: dict[str, int] = field(default_factory=dict)
    gone: str | None = None
    index: tuple[str, ...] = ()
    bytes: int = 0


def as_one(landings: Sequence[Landing]) -> Landing:
    """Several landings as one."""
    faults: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for one in landings:
        faults.update(one.faults)
        left_out.update(one.left_out)
    numbers = [one.number for one in landings if one.number is not None]
    return Landing(
        number=max(numbers, default=None),
        lines=sum(one.lines for one in landings),
        landed=sum(one.landed for one in landings),
        duplicates=sum(one.duplicates for one in landings),
        quarantined=sum(one.quarantined for one in landings),
        newly_quarantined=sum(one.newly_quarantined for one in landings),
        faults=dict(faults.most_common()),
        left_out=dict(left_out.most_common()),
        gone=landings[-1].gone if landings else None,
        index=tuple(dict.fromkeys(text for one in landings for text in one.index)),
        bytes=sum(one.bytes for one in landings),
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
    lost: Lacking = NOTHING_LOST,
) -> Landing:
    """Land the lines of the sources at a time of the clock (now when None).

    What tables beside the log lost comes again in its stead, where it does.
    Raises PlaceError for a source that cannot be read, UsageError for an unknown format, OtherLayout for a source of
    another one, GaveUp when other landings kept coming first.
    """
    load_adapter(format_name)
    now = micros(clock)

    new = 0

    def keep(partitions: Sequence[Partition], known: Erasures) -> int:
        nonlocal new
        new += quarantine.put(lake, partitions, (format_name, now), known, lost.quarantine)
        return new

    with lake.scratch(is_local=engine.shares_memory) as scratch:
        found = sources_of(scratch, sources)
        require_format(found.chunks, format_name)
        intake = Intake(scratch, format_name, now, lake.quarantine_raw)
        landing = land_chunks(lake, engine, found.chunks, intake, keep, progress, lost.identities)
        return replace(landing, not_read=dict(found.not_read.most_common()))


def land_chunks(
    lake: Lake,
    engine: Engine,
    chunks: Sequence[Chunk],
    intake: Intake,
    keep: Keep,
    progress: Progress = no_progress,
    names: Lost = NOTHING,
) -> Landing:
    """Land the lines of chunks; `keep` is given them with their rejects, at each try, and says how many were new.

    In the stead of names that were lost they come again.
    """
    partitions: list[Partition] = []
    step = AT_ONCE * engine.slots
    for first in range(0, len(chunks), step):
        decoded = engine.run(partial(decode_chunk, intake=intake), chunks[first : first + step])
        partitions += [partition for found in decoded for partition in found]
        progress(min(first + step, len(chunks)), len(chunks))
    return commits.until_committed(partial(_attempt, lake, engine, partitions, intake, keep, names))


def _attempt(lake: Lake, engine: Engine, decoded: list[Partition], intake: Intake, keep: Keep, names: Lost) -> Landing:
    """Land decoded partitions on the log as it stands, and as erasures stood after that: another conflicts here."""
    log = commits.ensure(lake.log, LOG, [PARTITION])
    known = erasures(lake)
    decoded = without_erased(engine, decoded, known, intake.staging)
    last = last_release(lake)
    indexes = Indexes(lake, files_of(log), intake.format)
    target = Target(lake.log, next_number(log, last_landing(lake, last)), intake.clock, indexes.kinds)
    naming = resolve_names(lake, decoded, (intake.format, known), names)
    partitions = with_retractions(without_taken(decoded, naming, intake), indexes.records, intake)
    deduplicated = deduplicate(engine, partitions, indexes.ids)
    partitions = with_conflicts(engine, partitions, deduplicated.conflict, intake.raw_lines)
    rejected, faults = count_rejects(partitions)
    new = keep(partitions, known)
    own = certificate_of(partitions, deduplicated, target.date)
    written: list[Written] = []
    commit_names(lake, engine, partitions, naming)  # also where all events stand: names may have been lost
    if own:
        written = _commit(log, own, partial(write_standing, engine, partitions, deduplicated), target)
    return Landing(
        number=target.landing if own else None,
        lines=sum(partition.line_count for partition in partitions),
        landed=counted(own),
        duplicates=sum(int(flags.sum()) for flags in deduplicated.duplicate),
        quarantined=rejected,
        newly_quarantined=new,
        faults=dict(faults.most_common()),
        left_out=_left_out(decoded),
        gone=gone(lake.log, log, last),
        index=indexes.add(engine, [one.words for one in written], intake.staging),
        bytes=sum(one.file.size for one in written),
    )


def _left_out(partitions: list[Partition]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for partition in partitions:
        counted.update(dict(partition.left_out))
    return dict(counted.most_common())


def _commit(log: delta.Handle, own: Certificate, write: Write, target: Target) -> list[Written]:
    """Append the files that are written, on the very version in which duplicates were looked for; which they are."""
    before = newest(target.log, log)
    with owned({target.log: log}, target.folder) as mark:
        written = write(replace(target, mark=mark))
        times = [one.newest_event for one in written if one.newest_event is not None]
        said = metadata(Landed(target.landing, own, None, newest_event=max(times, default=None)), before)
        files = tuple(one.file for one in written)
        change = commits.Commit(files, (), APPLICATION, target.landing, said, {PARTITION: target.date})
        commits.commit(log, LOG, change)
    return written

"""One commit of the log: chunks are decoded once, and tried to be landed until no other commit came first.

The quarantine is written first, then the names behind foreign ids, then the log, on the very version in which
duplicates were looked for: a landing that is killed anywhere and repeated ends as if it had run once, and two landings
at once keep every event once.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from pipelines.engines.base import Engine
from pipelines.errors import NewsfeedError
from pipelines.events.log import LOG, PARTITION
from pipelines.landing.conflicts import with_conflicts
from pipelines.landing.decoding import Intake, decode_chunk
from pipelines.landing.deduplication import deduplicate
from pipelines.landing.erasing import without_erased
from pipelines.landing.id_index import files_of
from pipelines.landing.indexes import Indexes
from pipelines.landing.log_files import certificate_of, write_standing
from pipelines.landing.lost import NOTHING, Lost
from pipelines.landing.naming import commit_names, resolve_names, without_taken
from pipelines.landing.partitions import Partition
from pipelines.landing.rejects import count_rejects
from pipelines.landing.report import Landing
from pipelines.landing.retractions import with_retractions
from pipelines.landing.writing import Target, Written
from pipelines.log.certificate import APPLICATION, counted
from pipelines.log.continuity import gone
from pipelines.log.erasures import Erasures, erasures
from pipelines.log.landings import Landed, metadata, move_on, newest, next_number
from pipelines.releases.release import last_landing, last_release
from pipelines.sources.base import Move
from pipelines.sources.pieces import Chunk
from pipelines.storage import commits, declaring, delta
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned

AT_ONCE = 16
"""The chunks for each core between two words on progress; all are waited for then, and their buffers are given back."""
Progress = Callable[[int, int], None]
Write = Callable[[Target], list[Written]]
Keep = Callable[[Sequence[Partition], Erasures], int]


class Overtaken(NewsfeedError):
    """Another landing brought records of a stream first; they are read on behind those."""


NO_MOVES: Mapping[str, Move] = {}


def no_progress(_done: int, _all: int) -> None:
    """Show nothing."""


def land_chunks(
    lake: Lake,
    engine: Engine,
    chunks: Sequence[Chunk],
    intake: Intake,
    keep: Keep,
    progress: Progress = no_progress,
    names: Lost = NOTHING,
    moves: Mapping[str, Move] = NO_MOVES,
) -> Landing:
    """Land the lines of chunks; `keep` is given them with their rejects, at each try, and says how many were new.

    In the stead of names that were lost they come again. With the events it is committed how far streams were read.
    Raises Overtaken when they no longer are where they were.
    """
    partitions: list[Partition] = []
    step = AT_ONCE * engine.slots
    for first in range(0, len(chunks), step):
        decoded = engine.run(partial(decode_chunk, intake=intake), chunks[first : first + step])
        partitions += [partition for found in decoded for partition in found]
        progress(min(first + step, len(chunks)), len(chunks))
    return commits.until_committed(partial(_attempt, lake, engine, partitions, intake, (keep, names, moves)))


def _attempt(
    lake: Lake,
    engine: Engine,
    decoded: list[Partition],
    intake: Intake,
    beside: tuple[Keep, Lost, Mapping[str, Move]],
) -> Landing:
    """Land decoded partitions on the log as it stands, and as erasures stood after that: another conflicts here."""
    keep, names, moves = beside
    log = declaring.ensure(lake.log, LOG, [PARTITION])
    before = newest(lake.log, log)
    _require_there(moves, before)
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
    commit_names(lake, engine, partitions, naming)  # also where all events stand: names may have been lost
    after = {name: move.after for name, move in moves.items() if move.after != move.before}
    landed = Landed(target.landing, own, None, positions=after)
    written = _commit(log, (landed, before), partial(write_standing, engine, partitions, deduplicated), target)
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


def _require_there(moves: Mapping[str, Move], before: Landed) -> None:
    """Raise Overtaken unless streams are read as far as they were."""
    for name, move in moves.items():
        if before.positions.get(name) != move.before:
            raise Overtaken(f"another landing read {name} on meanwhile")


def _commit(log: delta.Handle, landing: tuple[Landed, Landed], write: Write, target: Target) -> list[Written]:
    """Append the files that are written, on the very version in which duplicates were looked for; which they are.

    The landing is given with the one before it. Of one without events it is just kept how far streams are read.
    """
    own, before = landing
    if not own.own:
        if own.positions:
            move_on(log, before, own.positions)
        return []
    with owned({target.log: log}, target.folder) as mark:
        written = write(replace(target, mark=mark))
        times = [one.newest_event for one in written if one.newest_event is not None]
        said = metadata(replace(own, newest_event=max(times, default=None)), before)
        files = tuple(one.file for one in written)
        change = commits.Commit(files, (), APPLICATION, target.landing, said, {PARTITION: target.date})
        commits.commit(log, LOG, change)
    return written

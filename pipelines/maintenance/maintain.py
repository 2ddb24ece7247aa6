"""Maintenance: one command for all housekeeping, which says what it would do, or does it and says what it did.

Small files are compacted, generations merged and releases expire by commits; only then, and only what nothing needs,
files go. So a kill anywhere leaves a lake that serves, and the next maintenance does the rest.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipelines.maintenance import compaction, merging
from pipelines.maintenance.expiry import Limits, expire, files_of
from pipelines.maintenance.needs import limit, log_versions, records_since, tables_of, unneeded
from pipelines.maintenance.report import Report
from pipelines.releases.release import Release, all_releases
from pipelines.storage import delta, history, places, trimming, walking
from pipelines.storage.lake import Lake

GRACE = timedelta(hours=1)
"""How long what nobody needs any more is left to those who read it already."""
RELEASES, SMALL = "releases expired", "small files of the log compacted"
GENERATIONS = "files of generations merged"
REPLACED, ORPHANS = "data files that no kept release needs", "data files that no commit names"
CHECKPOINTS, ENTRIES = "checkpoints of Delta logs written", "old entries of Delta logs"


@dataclass(frozen=True)
class Work:
    """What is to be done with a lake: the limits of releases, the grace period, whether it is done or only told."""

    lake: Lake
    limits: Limits
    grace: timedelta
    execute: bool
    clock: datetime | None
    report: Report = field(default_factory=Report)

    @property
    def now(self) -> datetime:
        """The time of the clock."""
        return history.now(self.clock)

    def remove(self, what: str, place: str, size: int) -> None:
        """Take a file away, or say that it would go."""
        if self.execute:
            places.remove(place)
        self.report.add(what, 1, freed=size)


def maintain(
    lake: Lake,
    limits: Limits,
    *,
    grace: timedelta = GRACE,
    execute: bool = False,
    clock: datetime | None = None,
) -> Report:
    """Do the housekeeping of a lake when told to `execute`, else only say what it would be. Raises NoLake."""
    work = Work(lake, limits, grace, execute, clock)
    for what in (SMALL, GENERATIONS, RELEASES, REPLACED, ORPHANS, CHECKPOINTS, ENTRIES):
        work.report.add(what)
    with _scratch(work) as own:
        for rewrite in (_compact, _merge) if own or not execute else ():
            with work.report.trying():
                rewrite(work)
        kept = {one.number for one in limits.kept(_releases(work), work.now)}
        with work.report.trying():
            _expire(work)
        with work.report.trying():
            _tidy(work, kept, own)
    return work.report


def clear(lake: Lake, own: str) -> Report:
    """Expire all releases but the last, and take away at once what nothing needs then, but for a living command.

    It is part of a command whose scratch folder is its `own`. Raises NoLake.
    """
    work = Work(lake, Limits(keep=1), timedelta(0), execute=True, clock=None)
    with work.report.trying():
        _expire(work)
    with work.report.trying():
        _tidy(work, {one.number for one in all_releases(lake)}, own)
    return work.report


@contextmanager
def _scratch(work: Work) -> Iterator[str]:
    """A scratch folder, by which others know of this command; "" where nothing is done, or there is no room for one."""
    with ExitStack() as stack:
        own = ""
        if work.execute:
            with work.report.trying():
                own = stack.enter_context(work.lake.scratch())
        yield own


def _compact(work: Work) -> None:
    """Compact the small files of the log, partition by partition."""
    found = compaction.groups(work.lake, delta.find(work.lake.log))
    if not work.execute:
        for group in found:
            work.report.add(SMALL, len(group.paths), later=group.size, written=group.size)
        return
    for date in sorted({group.date for group in found}):
        with work.report.trying():
            for group, size in compaction.compact(work.lake, date):
                work.report.add(SMALL, len(group.paths), written=size)


def _merge(work: Work) -> None:
    """Merge the generations of the last release's tables in a new one."""
    if not work.execute:
        for group in merging.groups(work.lake, next(iter(all_releases(work.lake)[-1:]), None)):
            work.report.add(GENERATIONS, len(group.files), later=group.size, written=group.size)
        return
    for group, size in merging.merge(work.lake, work.now):
        work.report.add(GENERATIONS, len(group.files), written=size)


def _expire(work: Work) -> None:
    if work.execute:
        work.report.add(RELEASES, len(expire(work.lake, work.limits, work.now)))
    else:
        found = _releases(work)
        expired = found[: len(found) - len(work.limits.kept(found, work.now))]
        work.report.add(RELEASES, len(expired))
        sizes = files_of(work.lake, [one.number for one in expired])
        if work.grace:
            work.report.add(REPLACED, later=sum(sizes))
        else:
            work.report.add(REPLACED, len(sizes), freed=sum(sizes))


def _releases(work: Work) -> list[Release]:
    """The releases that there are; the last one once more for that of generations which are not merged yet."""
    found = all_releases(work.lake)
    if work.execute or not work.report.steps[GENERATIONS].count:
        return found
    return [*found, replace(found[-1], released_at=work.now)]


def _tidy(work: Work, kept: set[int], own: str) -> None:
    """Take away what nothing needs; files are listed first, then it is seen who lives, then what there is."""
    lake = work.lake
    listed = {place: walking.data_files(place) for place in tables_of(lake, all_releases(lake)) if places.exists(place)}
    time = limit(work.now, work.grace, lake.living(own))
    named = records_since(lake, time)
    by_number = {one.number: one for one in named if one.number >= min(kept, default=0)}
    lasting = [by_number[number] for number in sorted(by_number)]
    if not (work.execute or work.grace):
        named = lasting
    versions, kept_versions = tables_of(lake, named), tables_of(lake, lasting)
    for place, files in listed.items():
        names = versions.get(place, set()), kept_versions.get(place, set())
        with work.report.trying():
            _entries(work, place, names, time)
        with work.report.trying():
            if place == lake.log:
                names = log_versions(lake, named, time), log_versions(lake, lasting[-1:], time)
            _files(work, place, files, names, time)


def _files(work: Work, place: str, listed: dict[str, int], named: tuple[set[int], set[int]], time: datetime) -> None:
    """Take the data files of a table away that nothing needs."""
    found = unneeded(place, listed, *named, time)
    work.report.add(REPLACED, later=sum(found.later.values()))
    for what, files in ((REPLACED, found.gone), (ORPHANS, found.orphans)):
        for path, size in files.items():
            work.remove(what, places.join(place, path), size)


def _entries(work: Work, place: str, named: tuple[set[int], set[int]], time: datetime) -> None:
    """Write the checkpoints that a table lacks; take entries away of one of which kept releases name the versions."""
    handle = delta.find(place)
    if handle is None:
        return
    since, kept = history.current_since(place, handle, time), named[1]
    for version in trimming.due(place, [min(kept, default=0), int(handle.version())]):
        size = trimming.write_checkpoint(place, version) if work.execute else 0
        work.report.add(CHECKPOINTS, 1, written=size)
    for file, size in trimming.unneeded(place, min([*named[0], *since]) if kept else 0, time).items():
        work.remove(ENTRIES, file, size)

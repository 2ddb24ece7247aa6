"""Rebuilding: tables made of the log once more, in a scratch place; nothing that readers see is touched."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from pipelines.clock import moment
from pipelines.engines.base import Engine
from pipelines.log.certificate import Certificate, by_type, counted, differences, parsed, written
from pipelines.log.continuity import OtherLog, events_of, log_gone
from pipelines.log.events import Log, as_of
from pipelines.log.landings import NOTHING
from pipelines.policy import Policy
from pipelines.releases.records import APPLICATION
from pipelines.releases.release import Release, Released, last_release
from pipelines.runs.building import build
from pipelines.runs.history import IncompleteLog, read_all
from pipelines.runs.planning import with_relations
from pipelines.runs.plans import Mode, Plan, Start
from pipelines.runs.publishing import projections
from pipelines.runs.staged import BuildContext, Staged, buckets_for, portions_for
from pipelines.runs.steps import Progress, Steps
from pipelines.storage import commits, declaring, delta
from pipelines.storage.lake import Lake


@dataclass(frozen=True)
class Source:
    """What tables are made of: some events of a log, and a policy.

    `certificate` is that which the events must have, None where nothing says it: of those of a time.
    """

    lake: Lake
    log: Log
    policy: Policy
    certificate: Certificate | None = None

    @classmethod
    def of_release(cls, lake: Lake, release: Release) -> "Source":
        """What a release was made of. Raises OtherLog, GivenUp."""
        return cls(lake, events_of(lake, release), release.policy, parsed(release.certificate))

    @classmethod
    def as_of(cls, lake: Lake, until: datetime, known_at: datetime | None = None) -> "Source":
        """What had happened at a time, of all that landed, or had landed then; the policy is that of the last release.

        Raises NoLog, NoLake.
        """
        last, log = last_release(lake), as_of(lake, until, known_at)
        return cls(lake, log, Policy() if last is None else last.policy)

    def require(self, found: Certificate) -> None:
        """Raise IncompleteLog unless this is the certificate that the events must have."""
        if self.certificate is not None and by_type(found) != by_type(self.certificate):
            told = "\n".join(differences(self.certificate, found))
            raise IncompleteLog(f"the log at {self.lake.log} is not what landed, nothing can be made of it:\n{told}")


@dataclass(frozen=True)
class Rebuilt:
    """Tables by name, made anew and checked, in a lake that is gone with the command."""

    lake: Lake
    source: Source
    buckets: int
    certificate: Certificate
    staged: dict[str, Staged]

    def release(self) -> Release:
        """The tables as a release of their own lake, which has no record."""
        until, tables = self.source.log.until, {name: _committed(one) for name, one in self.staged.items()}
        return Release(
            number=0,
            released_at=moment(0 if until is None else until),
            landing=self.source.log.upto or 0,
            events=counted(self.certificate),
            policy=self.source.policy,
            tables=tables,
            certificate=written(self.certificate),
            buckets=self.buckets,
            code_version="",
        )


def _committed(staged: Staged) -> Released:
    handle = declaring.ensure(staged.place, staged.table)
    version = commits.commit(handle, staged.table, commits.Commit(staged.files, (), APPLICATION, 1, {}, {}))
    return Released(version, staged.rows, staged.content_hash, 0)


@contextmanager
def rebuilt(
    source: Source,
    engine: Engine,
    memory: int,
    tables: Collection[str] | None = None,
    progress: Progress = lambda _step, _release: None,
) -> Iterator[Rebuilt]:
    """These tables, or all, with the relations that they are made of. Raises IncompleteLog, AuditError."""
    handle = delta.find(source.lake.log)
    if handle is None:
        raise OtherLog(log_gone(source.lake.log, None))
    modes = dict.fromkeys(with_relations(projections() if tables is None else tables, projections()), Mode.REBUILT)
    with source.lake.scratch(is_local=engine.shares_memory) as folder:
        plan = Plan(Start(Lake(folder), handle, NOTHING, None), source.policy, NOTHING, None, modes)
        context, steps = _context(plan, source, engine, memory), Steps(progress)
        with context.staging() as staging:
            with steps.step("read the log"):
                history, certificate = read_all(plan, source.log, context, staging)
            source.require(certificate)
            staged = build(plan, context, history, {}, staging, steps).staged
        yield Rebuilt(plan.start.lake, source, context.buckets, certificate, staged)


def _context(plan: Plan, source: Source, engine: Engine, memory: int) -> BuildContext:
    """Where the tables are made, in as many buckets as a first run would make them."""
    events, task = _at_most(plan, source), memory // engine.slots
    buckets = buckets_for(events, task)
    portions = portions_for(events, buckets, task)
    return BuildContext(plan.start.lake, engine, source.policy, buckets, memory, portions=portions)


def _at_most(plan: Plan, source: Source) -> int:
    """How many events there are at most."""
    return int(plan.start.log.count()) if source.certificate is None else counted(source.certificate)

"""A run: from the log to the next release, all views at once, or nothing."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pipelines import __version__
from pipelines.cores import cores
from pipelines.engines.base import Engine
from pipelines.errors import NewsfeedError
from pipelines.log.certificate import CERTIFIED, Certificate, counted, differences, recomputed, written
from pipelines.log.continuity import gone
from pipelines.log.landings import take_as_it_is
from pipelines.memory import budget
from pipelines.projections import Extract
from pipelines.releases.records import record
from pipelines.releases.release import Release, Released
from pipelines.runs.building import build
from pipelines.runs.extraction import Extracted, extract
from pipelines.runs.log import Log
from pipelines.runs.planning import Plan, Request, find, plan
from pipelines.runs.publishing import publish, roll_back
from pipelines.runs.staged import BuildContext, Staged, buckets_for
from pipelines.runs.steps import Progress, Steps
from pipelines.storage import delta
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned


class IncompleteLog(NewsfeedError):
    """The rows read from the log are not the events that landed."""


@dataclass(frozen=True)
class Run:
    """What a run did: the release that now serves, whether it is new, why, and the seconds of each step."""

    release: Release
    published: bool
    reason: str
    seconds: dict[str, float]


def run(
    lake: Lake,
    engine: Engine,
    *,
    policy: dict[str, Any] | None = None,
    rebuild: bool = False,
    view: str | None = None,
    accept_log: bool = False,
    memory: int | None = None,
    clock: datetime | None = None,
    progress: Progress = lambda _: None,
) -> Run:
    """Publish a release that covers all landings, unless nothing changed; `policy` overrides what is remembered.

    With a `view`, the release is the last one again with just that view made anew, of all its events. `memory` is how
    many bytes the run may take (a quarter of the machine when None): it decides how many buckets there are, no row.
    With `accept_log` the events that the log has are those that landed, whatever it has lost.
    Raises NothingLanded, OtherLog, IncompleteLog, AuditError, UnknownView, NoRelease when there is none to make a view
    for, and Conflict when another run published first; the last release serves on.
    """
    steps = Steps(progress)
    with steps.step("open"):
        start = find(lake)
        rolled_back = roll_back(lake, start.last)
        planned = plan(start, Request(policy or {}, rebuild, view, accept_log), rolled_back.damaged)
    if planned.reason is None and start.last is not None:
        return Run(start.last, published=False, reason="nothing new", seconds=steps.seconds)
    with owned(rolled_back.by_place(lake)) as mark:
        context = _context(planned, engine, memory, mark)
        planned, staged = _staged(planned, context, steps)
        with steps.step("publish"):
            tables = publish(rolled_back, staged, start.last, _number(planned), context.buckets)
            made = _release(planned, tables, context.buckets, clock)
            if start.last is not None and _says_the_same(made, start.last):
                reason = f"{planned.reason}: the same again"
                return Run(start.last, published=False, reason=reason, seconds=steps.seconds)
            record(lake, start.releases, made)
    return Run(made, published=True, reason=planned.reason or "", seconds=steps.seconds)


def _staged(planned: Plan, context: BuildContext, steps: Steps) -> tuple[Plan, dict[str, Staged]]:
    """The plan, of events that were certified, and the stale tables made of them."""
    with context.lake.scratch() as folder:
        with steps.step("read the log"):
            log = _log(planned)
            extracted = (
                Extracted()
                if log is None
                else extract(context.engine, log, _extracts(planned), context.buckets, folder)
            )
            planned = planned if log is None else _certified(planned, recomputed(extracted.rows(CERTIFIED, 0)))
        return planned, build(planned, context, log, extracted, steps)


def _number(planned: Plan) -> int:
    """The number of the next release."""
    return planned.start.last.number + 1 if planned.start.last is not None else 1


def _release(planned: Plan, tables: dict[str, Released], buckets: int, clock: datetime | None) -> Release:
    """The next release, of these tables."""
    certificate = planned.landed.total or {}
    return Release(
        number=_number(planned),
        released_at=clock or datetime.now(UTC),
        landing=planned.landed.number,
        events=counted(certificate),
        policy=planned.policy,
        tables=tables,
        certificate=written(certificate),
        buckets=buckets,
        code_version=__version__,
    )


def _context(planned: Plan, engine: Engine, given: int | None, mark: str) -> BuildContext:
    """Where the tables are made; in as many buckets as those have that are kept."""
    memory = budget(None, cores()) if given is None else given
    total, last = planned.landed.total, planned.start.last
    events = int(planned.start.log.count()) if total is None else counted(total)
    kept = last is not None and planned.kept
    buckets = last.buckets if last is not None and kept else buckets_for(events, memory // engine.slots)
    return BuildContext(planned.start.lake, engine, planned.policy, buckets, memory, mark)


def _log(planned: Plan) -> Log | None:
    """The events that the release covers, if anything is made of them."""
    start = planned.start
    if "events" not in planned.reads:
        return None
    upto = None if planned.landed == start.newest else planned.landed.number
    return Log(tuple(delta.sizes(start.lake.log, start.log)), upto)


def _extracts(planned: Plan) -> list[Extract]:
    """What the stale tables need of the events, and what certifies these."""
    return [CERTIFIED, *planned.extracts]


def _certified(planned: Plan, found: Certificate) -> Plan:
    """The plan, of events with this certificate, which must be the ones that landed, or are accepted as they are."""
    start, expected = planned.start, planned.landed.total
    if not planned.accepted:
        if found != expected:
            raise IncompleteLog(_told(planned, found))
        return planned
    if found == expected and gone(start.lake.log, start.log, start.last) is None:
        return planned
    return replace(planned, landed=take_as_it_is(start.log, found, start.last))


def _told(planned: Plan, found: Certificate) -> str:
    """What to say of a log that does not have what landed."""
    place, expected = planned.start.lake.log, planned.landed.total
    way_out = "`newsfeed run --accept-log` goes on from what is there"
    if expected is None:
        return f"the log at {place} no longer says what landed, its commits are gone, nothing is published: {way_out}"
    told = "\n".join(differences(expected, found))
    return f"the log at {place} is not what landed, nothing is published:\n{told}\n{way_out}"


def _says_the_same(made: Release, last: Release) -> bool:
    kept = ("landing", "events", "policy", "tables", "certificate", "buckets", "code_version")
    return all(getattr(made, name) == getattr(last, name) for name in kept)

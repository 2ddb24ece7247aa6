"""A run: from the log to the next release, all views at once, or nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipelines import __version__
from pipelines.certificate import APPLICATION as LANDINGS
from pipelines.certificate import (
    CERTIFIED,
    Certificate,
    certified,
    counted,
    differences,
    parsed,
    recomputed,
    written,
)
from pipelines.cores import cores
from pipelines.engines.base import Engine
from pipelines.errors import NewsfeedError
from pipelines.memory import budget
from pipelines.releases.records import record
from pipelines.releases.release import Release, Released
from pipelines.runs.building import build
from pipelines.runs.extraction import Extracted, extract
from pipelines.runs.log import Log
from pipelines.runs.materialize import BuildContext, buckets_for
from pipelines.runs.planning import Plan, Request, plan
from pipelines.runs.publishing import publish, roll_back
from pipelines.runs.steps import Progress, Steps
from pipelines.storage import delta
from pipelines.storage.lake import Lake


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
    memory: int | None = None,
    clock: datetime | None = None,
    progress: Progress = lambda _: None,
) -> Run:
    """Publish a release that covers all landings, unless nothing changed; `policy` overrides what is remembered.

    With a `view`, the release is the last one again with just that view made anew, of all its events. `memory` is how
    many bytes the run may take (a quarter of the machine when None): it decides how many buckets there are, no row.
    Raises NothingLanded, IncompleteLog, AuditError, UnknownView, NoRelease when there is none to make a view for, and
    Conflict when another run published first; the last release serves on.
    """
    steps = Steps(progress)
    with steps.step("open"):
        planned = plan(lake, Request(policy or {}, rebuild, view))
        handles = roll_back(lake, planned.last)
    if planned.reason is None and planned.last is not None:
        return Run(planned.last, published=False, reason="nothing new", seconds=steps.seconds)
    certificate = _certificate(planned)
    context = _context(planned, engine, counted(certificate), memory)
    with lake.scratch() as folder:
        with steps.step("read the log"):
            log = _log(planned)
            extracted = Extracted() if log is None else _extracted(planned, log, context, folder, certificate)
        staged = build(planned, context, log, extracted, steps)
    with steps.step("publish"):
        tables = publish(handles, staged, planned.last, _number(planned), context.buckets)
        made = _release(planned, tables, certificate, context.buckets, clock)
        if planned.last is not None and _says_the_same(made, planned.last):
            reason = f"{planned.reason}: the same again"
            return Run(planned.last, published=False, reason=reason, seconds=steps.seconds)
        record(lake, planned.releases, made)
    return Run(made, published=True, reason=planned.reason or "", seconds=steps.seconds)


def _number(planned: Plan) -> int:
    """The number of the next release."""
    return planned.last.number + 1 if planned.last is not None else 1


def _release(
    planned: Plan, tables: dict[str, Released], certificate: Certificate, buckets: int, clock: datetime | None
) -> Release:
    """The next release, of these tables."""
    return Release(
        number=_number(planned),
        released_at=clock or datetime.now(UTC),
        landing=planned.landing,
        events=counted(certificate),
        policy=planned.policy,
        tables=tables,
        certificate=written(certificate),
        buckets=buckets,
        code_version=__version__,
    )


def _context(planned: Plan, engine: Engine, events: int, given: int | None) -> BuildContext:
    """Where the tables are made; in as many buckets as those have that are kept."""
    memory = budget(None, cores()) if given is None else given
    buckets = buckets_for(events, memory // engine.slots)
    if planned.last is not None and planned.kept:
        buckets = planned.last.buckets
    return BuildContext(planned.lake, engine, planned.policy, buckets, memory)


def _certificate(planned: Plan) -> Certificate:
    """The certificate of the events that the release covers, as the landings left it."""
    last = planned.last
    if last is not None and ("events" not in planned.reads or planned.landing < delta.number(planned.log, LANDINGS)):
        return parsed(last.certificate)
    return certified(planned.log)


def _log(planned: Plan) -> Log | None:
    """The events that the release covers, if anything is made of them."""
    if "events" not in planned.reads:
        return None
    covers_all = planned.landing == delta.number(planned.log, LANDINGS)
    return Log(tuple(delta.sizes(planned.lake.log, planned.log)), None if covers_all else planned.landing)


def _extracted(planned: Plan, log: Log, context: BuildContext, folder: str, expected: Certificate) -> Extracted:
    """What the stale tables need of the events, which must be the ones that landed."""
    found = extract(context.engine, log, [CERTIFIED, *planned.extracts], context.buckets, folder)
    certificate = recomputed(found.rows(CERTIFIED, 0))
    if certificate != expected:
        told = "\n".join(differences(expected, certificate))
        raise IncompleteLog(f"the log at {planned.lake.log} is not what landed, nothing is published:\n{told}")
    return found


def _says_the_same(made: Release, last: Release) -> bool:
    kept = ("landing", "events", "policy", "tables", "certificate", "buckets", "code_version")
    return all(getattr(made, name) == getattr(last, name) for name in kept)

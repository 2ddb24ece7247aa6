"""A run: from the log to the next release, all views at once, or nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines import __version__
from pipelines.engines.base import Engine, cores
from pipelines.errors import NewsfeedError
from pipelines.events.upcasting import newest
from pipelines.memory import budget
from pipelines.runner.building import build
from pipelines.runner.landing.certificate import APPLICATION as LANDINGS
from pipelines.runner.landing.certificate import (
    Certificate,
    certified,
    counted,
    differences,
    parsed,
    recomputed,
    written,
)
from pipelines.runner.landing.writing import LOG_FILE
from pipelines.runner.materialize import Workshop, buckets_for, frame_of
from pipelines.runner.planning import Ask, Plan, plan
from pipelines.runner.publishing import heal, publish
from pipelines.runner.records import record
from pipelines.runner.releases import Release
from pipelines.runner.steps import Progress, Steps
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
        planned = plan(lake, Ask(policy or {}, rebuild, view))
        handles = heal(lake, planned.last)
    if planned.reason is None and planned.last is not None:
        return Run(planned.last, published=False, reason="nothing new", seconds=steps.seconds)
    with steps.step("check the log"):
        events, certificate = _events(planned, engine)
    at = _workshop(planned, engine, counted(certificate), memory)
    staged = build(planned, at, events, steps)
    with steps.step("publish"):
        number = planned.last.number + 1 if planned.last is not None else 1
        made = Release(
            number=number,
            released_at=clock or datetime.now(UTC),
            landing=planned.landing,
            events=counted(certificate),
            policy=planned.policy,
            tables=publish(handles, staged, planned.last, number, at.buckets),
            certificate=written(certificate),
            buckets=at.buckets,
            code_version=__version__,
        )
        if planned.last is not None and _says_the_same(made, planned.last):
            reason = f"{planned.reason}: the same again"
            return Run(planned.last, published=False, reason=reason, seconds=steps.seconds)
        record(lake, planned.releases, made)
    return Run(made, published=True, reason=planned.reason or "", seconds=steps.seconds)


def _workshop(planned: Plan, engine: Engine, events: int, given: int | None) -> Workshop:
    """Where the tables are made; in as many buckets as those have that are kept."""
    memory = budget(None, cores()) if given is None else given
    buckets = buckets_for(events, memory // engine.slots)
    if planned.last is not None and planned.kept:
        buckets = planned.last.buckets
    return Workshop(planned.lake, engine, planned.policy, buckets, memory)


def _events(planned: Plan, engine: Engine) -> tuple[DataFrame | None, Certificate]:
    """The events that the release covers in their newest versions, if anything is made of them; their certificate."""
    if planned.last is not None and "events" not in planned.reads:
        return None, parsed(planned.last.certificate)
    events = frame_of(engine.session, LOG_FILE, delta.uris(planned.lake.log, planned.log))
    if planned.last is not None and planned.landing < delta.number(planned.log, LANDINGS):
        events = events.where(F.col("landing") <= planned.landing)
        return newest(events), _complete(planned, events, parsed(planned.last.certificate))
    return newest(events), _complete(planned, events, certified(planned.log))


def _complete(planned: Plan, events: DataFrame, expected: Certificate) -> Certificate:
    """The certificate of the events, which must be the one that the landings left."""
    found = recomputed(events)
    if found != expected:
        told = "\n".join(differences(expected, found))
        raise IncompleteLog(f"the log at {planned.lake.log} is not what landed, nothing is published:\n{told}")
    return found


def _says_the_same(made: Release, last: Release) -> bool:
    kept = ("landing", "events", "policy", "tables", "certificate", "buckets", "code_version")
    return all(getattr(made, name) == getattr(last, name) for name in kept)

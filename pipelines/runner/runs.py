"""A run: from the log to the next release, all views at once, or nothing."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame

from pipelines import __version__
from pipelines.engines.base import Engine
from pipelines.errors import NewsfeedError
from pipelines.policy import Policy
from pipelines.projections import Projection
from pipelines.runner.landing.certificate import APPLICATION as LANDINGS
from pipelines.runner.landing.certificate import Certificate, certified, counted, differences, recomputed, written
from pipelines.runner.landing.decoding import LOG_FILE
from pipelines.runner.materialize import (
    Staged,
    buckets_for,
    frame_of,
    inputs_of,
    materialize_buckets,
    materialize_frame,
)
from pipelines.runner.publishing import heal, place_of, projections, publish
from pipelines.runner.records import RELEASES, record
from pipelines.runner.releases import Release, records
from pipelines.storage import delta
from pipelines.storage.lake import Lake

Progress = Callable[[str], None]


class NothingLanded(NewsfeedError):
    """There is no log, or no event in it."""


class IncompleteLog(NewsfeedError):
    """The rows read from the log are not the events that landed."""


@dataclass(frozen=True)
class Run:
    """What a run did: the release that now serves, whether it is new, why, and the seconds of each step."""

    release: Release
    published: bool
    reason: str
    seconds: dict[str, float]


@dataclass
class Steps:
    """Tells of each step when it begins, and how many seconds it took."""

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        self.progress(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 4)


@dataclass(frozen=True)
class Plan:
    """What a run starts from: the log's version, the last release, and the policy that is asked for."""

    lake: Lake
    log: delta.Handle
    releases: delta.Handle
    last: Release | None
    policy: Policy

    @property
    def landing(self) -> int:
        """The last landing that the release will cover."""
        return delta.number(self.log, LANDINGS)

    def reason(self, *, rebuild: bool) -> str | None:
        """Why there is something to do, None when there is not."""
        if self.last is None:
            return "first release"
        if self.policy != self.last.policy:
            return f"policy changed: {self.policy.difference(self.last.policy)}"
        declared = {name: projection.version for name, projection in projections().items()}
        if declared != {name: table.projection for name, table in self.last.tables.items()}:
            return "tables or their versions changed"
        if self.landing > self.last.landing:
            first = self.last.landing + 1
            return f"landing {first} is new" if first == self.landing else f"landings {first} to {self.landing} are new"
        return "rebuild" if rebuild else None


def run(
    lake: Lake,
    engine: Engine,
    *,
    policy: dict[str, Any] | None = None,
    rebuild: bool = False,
    clock: datetime | None = None,
    progress: Progress = lambda _: None,
) -> Run:
    """Publish a release that covers all landings, unless nothing changed; `policy` overrides what is remembered.

    Raises NothingLanded, IncompleteLog, AuditError, and Conflict when another run published first; the last release
    serves on.
    """
    steps = Steps(progress)
    with steps.step("open"):
        plan = _plan(lake, policy or {})
        handles = heal(lake, plan.last)
    reason = plan.reason(rebuild=rebuild)
    if reason is None and plan.last is not None:
        return Run(plan.last, published=False, reason="nothing new", seconds=steps.seconds)
    with steps.step("check the log"):
        events = frame_of(engine.session, LOG_FILE, delta.uris(lake.log, plan.log))
        certificate = _complete(plan, events)
    buckets = buckets_for(counted(certificate))
    staged = _materialize(plan, engine, events, buckets, steps)
    with steps.step("publish"):
        number = plan.last.number + 1 if plan.last is not None else 1
        tables = publish(handles, staged, plan.last, number, buckets)
        made = Release(
            number=number,
            released_at=clock or datetime.now(UTC),
            landing=plan.landing,
            events=counted(certificate),
            policy=plan.policy,
            tables=tables,
            certificate=written(certificate),
            buckets=buckets,
            code_version=__version__,
        )
        if plan.last is not None and _says_the_same(made, plan.last):
            return Run(plan.last, published=False, reason=f"{reason}: the same again", seconds=steps.seconds)
        record(lake, plan.releases, made)
    return Run(made, published=True, reason=reason or "", seconds=steps.seconds)


def _plan(lake: Lake, overrides: dict[str, Any]) -> Plan:
    log = delta.find(lake.log)
    if log is None or delta.number(log, LANDINGS) == 0:
        raise NothingLanded(f"nothing landed at {lake.root} yet: `newsfeed land SOURCE` lands events")
    releases = delta.ensure(lake.releases, RELEASES)
    found = records(releases)
    last = found[-1] if found else None
    return Plan(lake, log, releases, last, replace(last.policy if last else Policy(), **overrides))


def _complete(plan: Plan, events: DataFrame) -> Certificate:
    """The certificate of the events, which must be the one that the landings left."""
    found, expected = recomputed(events), certified(plan.log)
    if found != expected:
        told = "\n".join(differences(expected, found))
        raise IncompleteLog(f"the log at {plan.lake.log} is not what landed, nothing is published:\n{told}")
    return found


def _materialize(plan: Plan, engine: Engine, events: DataFrame, buckets: int, steps: Steps) -> dict[str, Staged]:
    """Every relation and view, staged; each reads the log and the relations before it."""
    staged: dict[str, Staged] = {}
    relations: dict[str, Staged] = {}
    frames = {"events": events}
    for name, projection in projections().items():
        place = place_of(plan.lake, name)
        with steps.step(name):
            if isinstance(projection, Projection):
                made = materialize_frame(projection, frames, place, plan.policy, buckets)
            else:
                inputs = inputs_of(relations, projection.reads, plan.policy, buckets)
                made = materialize_buckets(engine, projection, inputs, place)
        staged[name] = made
        if name.startswith("relations/"):
            relations[projection.table.name] = made
            frames[projection.table.name] = frame_of(engine.session, made.table, [where for _, where in made.places])
    return staged


def _says_the_same(made: Release, last: Release) -> bool:
    kept = ("landing", "events", "policy", "tables", "certificate", "buckets", "code_version")
    return all(getattr(made, name) == getattr(last, name) for name in kept)

"""What a run has to do: from which release and which landings it starts, and which tables it makes anew."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipelines.certificate import APPLICATION as LANDINGS
from pipelines.errors import NewsfeedError, UsageError
from pipelines.policy import Policy
from pipelines.projections import AnyProjection, Extract
from pipelines.releases.records import RELEASES
from pipelines.releases.release import NoRelease, Release, records
from pipelines.runs.publishing import projections
from pipelines.storage import delta
from pipelines.storage.lake import Lake
from pipelines.views import unknown_view

LISTED = 4


class NothingLanded(NewsfeedError):
    """There is no log, or no event in it."""


@dataclass(frozen=True)
class Request:
    """What is asked of a run: changes of the policy, a rebuild of everything, or of one view from the last release."""

    policy: Mapping[str, Any]
    rebuild: bool = False
    view: str | None = None


@dataclass(frozen=True)
class Plan:
    """What a run starts from, the last landing that it will cover, and why it makes which tables (`stale`) anew."""

    lake: Lake
    log: delta.Handle
    releases: delta.Handle
    last: Release | None
    policy: Policy
    landing: int
    reason: str | None
    stale: frozenset[str]

    @property
    def kept(self) -> bool:
        """Whether some tables stay as the last release has them."""
        return self.stale != frozenset(projections())

    @property
    def reads(self) -> frozenset[str]:
        """The log, as `events`, and the relations that the stale tables are made of."""
        return frozenset(read for name in self.stale for read in projections()[name].reads)

    @property
    def extracts(self) -> tuple[Extract, ...]:
        """What the stale tables are made of the log, each extract once."""
        return tuple(
            {extract.name: extract for name in sorted(self.stale) for extract in projections()[name].extracts}.values()
        )


def plan(lake: Lake, request: Request) -> Plan:
    """What a run that is asked for has to do. Raises NothingLanded, NoRelease, UnknownView, UsageError."""
    log = delta.find(lake.log)
    if log is None or delta.number(log, LANDINGS) == 0:
        raise NothingLanded(f"nothing landed at {lake.root} yet: `newsfeed land SOURCE` lands events")
    releases = delta.ensure(lake.releases, RELEASES)
    found = records(releases)
    last = found[-1] if found else None
    policy = replace(last.policy if last else Policy(), **request.policy)
    if request.view is not None:
        covering, stale = _of_view(lake, last, policy, request.view)
        return Plan(lake, log, releases, last, policy, covering, f"view {request.view}", stale)
    landing = delta.number(log, LANDINGS)
    reason = _reason_for_all(last, policy, landing, rebuild=request.rebuild)
    stale = frozenset(projections()) if reason is not None or last is None else _changed(last)
    if reason is None and last is not None:
        reason = _reason_for(stale, last)
    return Plan(lake, log, releases, last, policy, landing, reason, stale)


def _reason_for_all(last: Release | None, policy: Policy, landing: int, *, rebuild: bool) -> str | None:
    """Why all tables are to be made, None when they are not."""
    if last is None:
        return "first release"
    if policy != last.policy:
        return f"policy changed: {policy.difference(last.policy)}"
    if landing > last.landing:
        first = last.landing + 1
        return f"landing {first} is new" if first == landing else f"landings {first} to {landing} are new"
    return "rebuild" if rebuild else None


def _reason_for(stale: frozenset[str], last: Release) -> str | None:
    """Why some tables are to be made or dropped, None when all are as the last release has them."""
    made = [name for name in projections() if name in stale]
    names = [*made, *(name for name in last.tables if name not in projections())]
    if not names:
        return None
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"changed: {', '.join(names[:LISTED])}{more}"


def _changed(last: Release) -> frozenset[str]:
    """The tables that are new, or whose version changed, and those that depend on them."""
    stale: set[str] = set()
    for name, projection in projections().items():
        before = last.tables.get(name)
        if before is None or before.projection != projection.version or stale & set(_made_of(projection)):
            stale.add(name)
    return frozenset(stale)


def _made_of(projection: AnyProjection) -> tuple[str, ...]:
    """The relations that a projection reads, as tables of a release."""
    return tuple(f"relations/{read}" for read in projection.reads)


def _of_view(lake: Lake, last: Release | None, policy: Policy, view: str) -> tuple[int, frozenset[str]]:
    """The landings that the last release covers, and the view with those of its relations that changed since."""
    name = f"views/{view}"
    if name not in projections():
        raise unknown_view(view)
    if last is None:
        raise NoRelease(f"nothing was released at {lake.root} yet: `newsfeed run` publishes the first release")
    if policy != last.policy:
        raise UsageError("one view alone keeps the policy of the last release: change it for all views")
    changed, wanted = _changed(last), {name}
    for other, projection in reversed(projections().items()):
        if other in wanted:
            wanted |= set(_made_of(projection)) & changed
    return last.landing, frozenset(wanted)

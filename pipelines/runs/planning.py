"""What a run has to do: from which release and which landings it starts, and which tables it makes anew."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipelines.errors import NewsfeedError, UsageError
from pipelines.log.continuity import OtherLog, covered, log_gone
from pipelines.log.landings import NOTHING, Landed, newest
from pipelines.policy import Policy
from pipelines.projections import AnyProjection, Extract
from pipelines.releases.records import RELEASES
from pipelines.releases.release import NoRelease, Release, last_release
from pipelines.runs.publishing import projections
from pipelines.storage import commits, delta
from pipelines.storage.lake import Lake
from pipelines.views import unknown_view

LISTED = 4


class NothingLanded(NewsfeedError):
    """There is no log, or no event in it."""


@dataclass(frozen=True)
class Request:
    """What is asked of a run: changes of the policy, a rebuild of everything, or of one view from the last release.

    `accept_log` is to take the log as it is, whatever it has lost.
    """

    policy: Mapping[str, Any]
    rebuild: bool = False
    view: str | None = None
    accept_log: bool = False


@dataclass(frozen=True)
class Start:
    """What a run finds: the log, its last landing, and the releases so far."""

    lake: Lake
    log: delta.Handle
    newest: Landed
    releases: delta.Handle
    last: Release | None


@dataclass(frozen=True)
class Plan:
    """What a run starts from, the last landing that it will cover, and why it makes which tables (`stale`) anew.

    `accepted` says whether the log is taken as it is read.
    """

    start: Start
    policy: Policy
    landed: Landed
    reason: str | None
    stale: frozenset[str]
    accepted: bool = False

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


def find(lake: Lake) -> Start:
    """What a run starts from. Raises NothingLanded, OtherLog when there is a release and no log."""
    log, last = delta.find(lake.log), last_release(lake)
    landed = NOTHING if log is None else newest(lake.log, log)
    if landed == NOTHING and last is None:
        raise NothingLanded(f"nothing landed at {lake.root} yet: `newsfeed land SOURCE` lands events")
    if log is None:
        raise OtherLog(log_gone(lake.log, last))
    return Start(lake, log, landed, commits.ensure(lake.releases, RELEASES), last)


def plan(start: Start, request: Request, damaged: frozenset[str]) -> Plan:
    """What a run that is asked for has to do, with what is damaged.

    Raises NoRelease, UnknownView, UsageError, and OtherLog when the last release was made of another log.
    """
    last = start.last
    policy = replace(last.policy if last else Policy(), **request.policy)
    if request.accept_log:
        return Plan(start, policy, start.newest, "the log as it is", frozenset(projections()), accepted=True)
    before = None if last is None else covered(start.lake.log, start.log, last)
    if request.view is not None:
        stale = _of_view(start, policy, request.view)
        return Plan(start, policy, _required(before, start), f"view {request.view}", stale | damaged)
    reason = _reason_for_all(start, before, policy, rebuild=request.rebuild)
    if reason is not None or last is None:
        return Plan(start, policy, start.newest, reason, frozenset(projections()))
    return Plan(start, policy, start.newest, _reason_for(last, damaged), _changed(last) | damaged)


def _required(before: Landed | None, start: Start) -> Landed:
    """What the last release covers, of which a view is made. Raises OtherLog when it was given up."""
    if before is None and start.last is not None:
        raise OtherLog(f"release {start.last.number} was not made of the log as it is: run for all views first")
    return before or start.newest


def _reason_for_all(start: Start, before: Landed | None, policy: Policy, *, rebuild: bool) -> str | None:
    """Why all tables are to be made, None when they are not."""
    if start.last is None:
        return "first release"
    if policy != start.last.policy:
        return f"policy changed: {policy.difference(start.last.policy)}"
    if before is None or before.number < start.newest.number:
        first, last = 1 if before is None else before.number + 1, start.newest.number
        return f"landing {first} is new" if first == last else f"landings {first} to {last} are new"
    return "rebuild" if rebuild else None


def _reason_for(last: Release, damaged: frozenset[str]) -> str | None:
    """Why some tables are to be made or dropped, None when all are as the last release has them."""
    dropped = [name for name in last.tables if name not in projections()]
    changed = [*_in_order(_changed(last)), *dropped]
    told = [("changed", changed), ("damaged", _in_order(damaged - set(changed)))]
    return "; ".join(f"{what}: {_listed(names)}" for what, names in told if names) or None


def _in_order(names: frozenset[str]) -> list[str]:
    return [name for name in projections() if name in names]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"{', '.join(names[:LISTED])}{more}"


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


def _of_view(start: Start, policy: Policy, view: str) -> frozenset[str]:
    """The view, with those of its relations that changed since the last release."""
    name = f"views/{view}"
    if name not in projections():
        raise unknown_view(view)
    last = start.last
    if last is None:
        raise NoRelease(f"nothing was released at {start.lake.root} yet: `newsfeed run` publishes the first release")
    if policy != last.policy:
        raise UsageError("one view alone keeps the policy of the last release: change it for all views")
    changed, wanted = _changed(last), {name}
    for other, projection in reversed(projections().items()):
        if other in wanted:
            wanted |= set(_made_of(projection)) & changed
    return frozenset(wanted)

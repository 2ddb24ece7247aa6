"""What a run has to do: from which release and which landings it starts, and which tables it makes anew."""

from collections.abc import Container, Iterable
from dataclasses import replace

from pipelines.errors import NewsfeedError, UsageError
from pipelines.log.certificate import counted
from pipelines.log.continuity import OtherLog, covered, log_gone
from pipelines.log.landings import NOTHING, Landed, newest
from pipelines.policy import Policy
from pipelines.projections import AnyProjection, is_mergeable
from pipelines.releases.release import NoRelease, Release, last_release
from pipelines.runs.plans import Mode, Plan, Request, Start
from pipelines.runs.publishing import projections
from pipelines.runs.staged import buckets_for
from pipelines.storage import delta
from pipelines.storage.lake import Lake
from pipelines.views import unknown_view

LISTED = 4
GROWN = 4
"""A lake that has grown so many times is rebuilt in more buckets: what is rebuilt adds up to a third of what is."""
MANY, PART = 50_000, 128
"""Where more events than so many are new, and more than such a part of all, a rebuild takes less than to merge."""


class NothingLanded(NewsfeedError):
    """There is no log, or no event in it."""


def look(lake: Lake) -> Start:
    """What a run starts from; nothing is written. Raises NothingLanded, OtherLog when there is a release and no log."""
    log, last = delta.find(lake.log), last_release(lake)
    landed = NOTHING if log is None else newest(lake.log, log)
    if replace(landed, positions={}) == NOTHING and last is None:
        raise NothingLanded(f"nothing landed at {lake.root} yet: `newsfeed land SOURCE` lands events")
    if log is None:
        raise OtherLog(log_gone(lake.log, last))
    return Start(lake, log, landed, last)


def plan(start: Start, request: Request, damaged: frozenset[str], buckets: int) -> Plan:
    """What a run that is asked for has to do, with what is damaged, if all would be made in these buckets.

    Raises NoRelease, UnknownView, UsageError, and OtherLog when the last release was made of another log.
    """
    last = start.last
    policy = replace(last.policy if last else Policy(), **request.policy)
    if request.accept_log:
        return Plan(start, policy, start.newest, "the log as it is", _all(Mode.REBUILT), accepted=True)
    before = None if last is None else covered(start.lake.log, start.log, last)
    if request.view is not None:
        modes = dict.fromkeys(_of_view(start, policy, request.view) | damaged, Mode.REBUILT)
        return Plan(start, policy, _required(before, start), f"view {request.view}", modes)
    if request.damaged:
        modes = dict.fromkeys(damaged, Mode.REBUILT)
        return Plan(start, policy, _required(before, start), f"damaged: {_listed(_in_order(damaged))}", modes)
    reason = _reason_for_all(start, before, policy, rebuild=request.rebuild)
    if last is None or before is None or before.version is None or (reason is not None and request.rebuild):
        return Plan(start, policy, start.newest, reason, _all(Mode.REBUILT))
    if reason is not None and (why := _sooner_rebuilt(start, last, buckets)) is not None:
        return Plan(start, policy, start.newest, f"{reason}: {why}", _all(Mode.REBUILT))
    rebuilt = _changed(last) | damaged | (_views() if policy != last.policy else frozenset())
    modes = _modes(rebuilt, has_new=before.number < start.newest.number)
    told = [one for one in (reason, _reason_for(last, damaged)) if one is not None]
    return Plan(start, policy, start.newest, "; ".join(told) or None, modes, before)


def buckets_of(start: Start, memory: int) -> int:
    """In how many buckets all that lives would be made, by tasks that may hold so many bytes.

    What lives are the facts that the last release keeps, and the events since; no more than events landed.
    """
    events = events_of(start)
    if start.last is None:
        return buckets_for(events, memory)
    return buckets_for(min(events, _facts(start.last) + max(0, events - start.last.events)), memory)


def events_of(start: Start) -> int:
    """How many events landed."""
    total = start.newest.total
    return int(start.log.count()) if total is None else counted(total)


def _sooner_rebuilt(start: Start, last: Release, buckets: int) -> str | None:
    """Why all is made of all events though a release could be made of the last one; None when it is."""
    if buckets >= GROWN * last.buckets:
        return f"{buckets} buckets instead of {last.buckets}"
    events = events_of(start)
    new = events - last.events
    return f"{new:,} of {events:,} events are new" if new > MANY and new * PART > events else None


def _facts(last: Release) -> int:
    """How many rows a release has of relations that are made of events."""
    made = (name for name, one in projections().items() if name.startswith("relations/") and "events" in one.reads)
    return sum(last.tables[name].rows for name in made if name in last.tables)


def _all(mode: Mode) -> dict[str, Mode]:
    return dict.fromkeys(projections(), mode)


def _views() -> frozenset[str]:
    return frozenset(name for name in projections() if name.startswith("views/"))


def _modes(rebuilt: frozenset[str], *, has_new: bool) -> dict[str, Mode]:
    """How each table is made when some are rebuilt, and there are new events or not.

    None is merged when a relation of events is rebuilt: others are made of what that was.
    """
    modes: dict[str, Mode] = {}
    whole = any(name.startswith("relations/") and "events" in projections()[name].reads for name in rebuilt)
    for name, projection in projections().items():
        if name in rebuilt:
            modes[name] = Mode.REBUILT
        elif has_new and "events" in projection.reads:
            modes[name] = Mode.MERGED if is_mergeable(projection) and not whole else Mode.REBUILT
        else:
            modes[name] = _derived(projection, {modes.get(read, Mode.KEPT) for read in _made_of(projection)})
    return modes


def _derived(projection: AnyProjection, of: set[Mode]) -> Mode:
    """How a table is made of which no new event says anything, but relations that are made in these ways."""
    if of <= {Mode.KEPT}:
        return Mode.KEPT
    if "events" in projection.reads:
        return Mode.REBUILT
    return Mode.MERGED if of <= {Mode.KEPT, Mode.MERGED} and is_mergeable(projection) else Mode.DERIVED


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
    return with_relations([name], _changed(last))


def with_relations(wanted: Iterable[str], among: Container[str]) -> frozenset[str]:
    """Some tables, and those relations that they are made of, directly or not, which are among these."""
    found = set(wanted)
    for name, projection in reversed(projections().items()):
        if name in found:
            found |= {read for read in _made_of(projection) if read in among}
    return frozenset(found)

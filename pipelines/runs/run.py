"""A run: from the log to the next release, all views at once, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from pipelines import __version__
from pipelines.engines.base import Engine
from pipelines.errors import NewsfeedError
from pipelines.log.certificate import counted, written
from pipelines.log.late import Late, take_in
from pipelines.memory import may_take
from pipelines.releases.expectations import require_met
from pipelines.releases.records import RELEASES, record
from pipelines.releases.release import Release, Released, has_same_rows, last_release, says_the_same
from pipelines.runs.build_state import earlier_ranges, relations_of
from pipelines.runs.building import Built, build
from pipelines.runs.history import read
from pipelines.runs.planning import buckets_of, events_of, look, plan
from pipelines.runs.plans import Mode, Plan, Request, Start
from pipelines.runs.publishing import Tables, is_as_before, publish, roll_back
from pipelines.runs.staged import BuildContext, portions_for
from pipelines.runs.steps import Progress, Steps
from pipelines.storage import commits, declaring, delta
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned


class MadeOtherwise(NewsfeedError):
    """A table that is made again has other rows than its release has."""


@dataclass(frozen=True)
class Run:
    """What a run did: the release that now serves, whether it is new, why; how each table was made, and the seconds.

    Tables that turned out not to need it were not made: they have no seconds. `reasons` says why tables were made anew
    that would have been merged, `bytes` how many the new data files have, `newest_event` when the newest event happened
    that the release covers, None where that is not known. `late` is what others had added to the log, if they had.
    """

    release: Release
    published: bool
    reason: str
    seconds: dict[str, float]
    modes: Mapping[str, Mode] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    bytes: int = 0
    newest_event: datetime | None = None
    late: Late | None = None


def run(
    lake: Lake,
    engine: Engine,
    *,
    policy: dict[str, Any] | None = None,
    rebuild: bool = False,
    view: str | None = None,
    accept_log: bool = False,
    damaged: frozenset[str] = frozenset(),
    memory: int | None = None,
    clock: datetime | None = None,
    progress: Progress = lambda _step, _release: None,
) -> Run:
    """Publish a release that covers all landings, unless nothing changed; `policy` overrides what is remembered.

    With a `view`, the release is the last one again with just that view made anew, of all its events. `memory` is how
    many bytes the run may take (a quarter of the machine when None): it decides how many buckets there are, no row.
    Of tables that are `damaged` just these are made again, as the last release has them.
    Files that others added to the log become a landing first, unless just tables of the last release are made again.
    With `accept_log` the events that the log has are those that landed, whatever it has lost.
    Raises NothingLanded, OtherLog, IncompleteLog, AuditError, BrokenExpectation unless it repairs what is damaged,
    UnknownView, NoRelease when there is none to make a view for, MadeOtherwise when a damaged table had other rows, and
    Conflict when another run published first; the last release serves on. It starts again when a maintenance came
    first, as what that publishes has the same rows.
    """
    request = Request(policy or {}, rebuild, view, accept_log, damaged)
    before: Release | None = None
    late: Late | None = None

    def attempt() -> Run:
        nonlocal before, late
        start = look(lake)
        before = start.last
        with lake.scratch():  # from now on, maintenance takes away nothing that is read or committed on
            if not accept_log and not request.is_of_last:
                taken = take_in(lake, start.log, start.last, clock)
                late, start = (late, start) if taken is None else (taken, look(lake))
            return replace(_run(start, request, engine, may_take(memory), clock, Steps(progress)), late=late)

    return commits.until_committed(attempt, lambda: has_same_rows(before, last_release(lake)))


def _run(start: Start, request: Request, engine: Engine, memory: int, clock: datetime | None, steps: Steps) -> Run:
    """Publish from this start, by a command that is seen to live. Raises Conflict when another committed since."""
    lake = start.lake
    with steps.step("open"):
        releases = declaring.ensure(lake.releases, RELEASES)
        _require_newest(start, releases)
        rolled_back = roll_back(lake, start.last, request.damaged)
        buckets = buckets_of(start, memory // engine.slots)
        planned = plan(start, request, rolled_back.damaged, buckets)
    steps.release = _number(planned)
    if planned.reason is None and start.last is not None:
        return Run(start.last, published=False, reason="nothing new", seconds=steps.seconds)
    with owned(rolled_back.by_place(lake)) as mark:
        context = _context(planned, engine, memory, mark)
        planned, built = _built(planned, rolled_back, context, steps)
        if request.damaged and start.last is not None:
            _require_as_before(built, start.last)
        with steps.step("publish"):
            tables = publish(rolled_back, built.staged, start.last, _number(planned), context.buckets)
            made = _release(planned, tables, context.buckets, clock)
            if start.last is not None and says_the_same(made, start.last):
                reason = f"{planned.reason}: the same again"
                return Run(start.last, published=False, reason=reason, seconds=steps.seconds)
        if not request.damaged:
            with steps.step("check"):
                require_met(lake, tables, made.number, start.last)
        with steps.step("record"):
            record(lake, releases, made)
    return Run(
        made,
        published=True,
        reason=planned.reason or "",
        seconds=steps.seconds,
        modes=built.modes,
        reasons=built.reasons,
        bytes=sum(file.size for staged in built.staged.values() for file in staged.files),
        newest_event=planned.landed.newest_event,
    )


def _require_newest(start: Start, releases: delta.Handle) -> None:
    """Raise Conflict when another process committed since to the log or the releases."""
    commits.require_newest(start.log)
    commits.require_newest(releases)
    if delta.greatest(releases, "release") != (None if start.last is None else start.last.number):
        raise commits.Conflict(f"another process committed to {start.lake.releases} first")


def _built(planned: Plan, tables: Tables, context: BuildContext, steps: Steps) -> tuple[Plan, Built]:
    """The plan, of events that were certified, and the stale tables made of them."""
    with context.staging() as folder:
        with steps.step("read the log"):
            earlier = earlier_ranges(planned, tables)
            planned, history = read(planned, relations_of(earlier), context, folder)
        return planned, build(planned, context, history, earlier, folder, steps)


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


def _context(planned: Plan, engine: Engine, memory: int, mark: str) -> BuildContext:
    """Where the tables are made; in as many buckets as those have that are kept."""
    last, task = planned.start.last, memory // engine.slots
    kept = last is not None and planned.kept
    buckets = last.buckets if last is not None and kept else buckets_of(planned.start, task)
    portions = portions_for(events_of(planned.start), buckets, task)
    return BuildContext(planned.start.lake, engine, planned.policy, buckets, memory, mark, portions)


def _require_as_before(built: Built, last: Release) -> None:
    """Raise MadeOtherwise unless what was made again has the rows that it had."""
    for name, staged in built.staged.items():
        if not is_as_before(staged, last, name):
            raise MadeOtherwise(
                f"{name} as the events say it has other rows than in release {last.number}, {staged.rows:,} instead of "
                f"{last.tables[name].rows:,}; nothing is published: `newsfeed run --rebuild` makes all tables anew"
            )

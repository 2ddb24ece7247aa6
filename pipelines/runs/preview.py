"""Previews: what a run would do, and about what it would cost; nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.cores import cores
from pipelines.log.certificate import Certificate, counted, without
from pipelines.memory import budget
from pipelines.releases.release import Release
from pipelines.runs.history import log_before, log_since, whole_log
from pipelines.runs.planning import buckets_of, look, plan
from pipelines.runs.plans import Mode, Plan, Request
from pipelines.runs.publishing import damaged_tables, place_of, projections
from pipelines.storage import delta
from pipelines.storage.lake import Lake

MICROS_OF_A_ROW = {"views/newsfeed": 0.15, "views/notifications": 0.24, "views/posts": 0.55, "views/profile": 5.4}
"""What it takes to make a row of a table on two cores, measured on the benchmarks' `S`; of others USUAL."""
USUAL = 0.15
MICROS_OF_AN_EVENT = 0.14


@dataclass(frozen=True)
class Step:
    """What would be done with a table, and why: about how many bytes would be read and written, in how many seconds."""

    table: str
    mode: Mode
    reason: str
    read: int
    written: int
    seconds: float


@dataclass(frozen=True)
class Preview:
    """What a run would do: why, the number of new events by type, and each table's step; without a reason nothing.

    `log` is how many bytes of the log would be read, `seconds` about how long all would take.
    """

    reason: str | None
    release: int
    events: dict[str, int]
    log: int
    steps: tuple[Step, ...]
    seconds: float


def preview(lake: Lake, request: Request) -> Preview:
    """What a run that is asked for would do. Raises what a run would raise before it makes anything."""
    start = look(lake)
    buckets = buckets_of(start, budget(None, cores()) // cores())
    planned = plan(start, request, damaged_tables(lake, start.last), buckets)
    new, last = _new_events(planned), start.last
    steps = tuple(_step(planned, name, last, new) for name in projections()) if planned.reason else ()
    read = _log_bytes(planned) if planned.reason else 0
    reading = MICROS_OF_AN_EVENT / 1e6 * _events_read(planned, new)
    return Preview(
        planned.reason,
        (0 if last is None else last.number) + (planned.reason is not None),
        {kind: counted({kind: days}) for kind, days in sorted(new.items())},
        read,
        steps,
        round(reading + sum(step.seconds for step in steps), 1),
    )


def _new_events(planned: Plan) -> Certificate:
    """The certificate of the events that no release covers yet, as far as it is known."""
    total, last = planned.landed.total or {}, planned.start.last
    if planned.since is not None and planned.since.total is not None:
        return without(total, planned.since.total)
    return {} if last is not None else total


def _events_read(planned: Plan, new: Certificate) -> int:
    return counted(planned.landed.total or {}) if planned.reads_all else counted(new)


def _log_bytes(planned: Plan) -> int:
    """The bytes of the log's files that would be read."""
    if planned.reads_all:
        log = whole_log(planned)
    elif planned.of(Mode.MERGED):
        log = log_since(planned, log_before(planned))
    else:
        return 0
    return sum(size for _, size in log.files)


def _step(planned: Plan, name: str, last: Release | None, new: Certificate) -> Step:
    """What would be done with a table."""
    mode = planned.modes.get(name, Mode.KEPT)
    if mode == Mode.KEPT:
        return Step(name, mode, "it stays as it is", 0, 0, 0.0)
    inputs = [f"relations/{one}" for one in projections()[name].reads if one != "events"]
    own = [name] if mode == Mode.MERGED else []
    rows = last.tables[name].rows if last is not None and name in last.tables else counted(new)
    seconds = rows * MICROS_OF_A_ROW.get(name, USUAL) / 1e6
    sizes = {one: _size(planned, one) for one in {*inputs, name}}
    return Step(
        name, mode, _reason(planned, mode), sum(sizes[one] for one in [*inputs, *own]), sizes[name], round(seconds, 2)
    )


def _reason(planned: Plan, mode: Mode) -> str:
    """Why a table is made in a way."""
    return {
        Mode.MERGED: "joined with what is new",
        Mode.DERIVED: "if what it is made of changes",
        Mode.REBUILT: planned.reason or "",
    }[mode]


def _size(planned: Plan, name: str) -> int:
    """The bytes of a table's files in the last release."""
    last, place = planned.start.last, place_of(planned.start.lake, name)
    handle = delta.find(place, last.tables[name].version) if last is not None and name in last.tables else None
    return 0 if handle is None else sum(size for _, size in delta.sizes(place, handle))


def as_facts(found: Preview) -> Mapping[str, object]:
    """A preview as JSON-ready facts."""
    return {
        "reason": found.reason,
        "release": found.release,
        "new_events": found.events,
        "log_bytes": found.log,
        "tables": [{**vars(step), "mode": str(step.mode)} for step in found.steps],
        "seconds": found.seconds,
    }

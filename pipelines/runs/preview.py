"""Previews: what a run would do, and about what it would cost; nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.arrays import Int64s
from pipelines.cores import cores
from pipelines.log.certificate import CERTIFIED, Certificate, by_type, counted, of_types, parsed, without
from pipelines.log.late import late_files
from pipelines.memory import may_take
from pipelines.runs import costs
from pipelines.runs.extraction import owners_named
from pipelines.runs.foreseen import Foresight, Work
from pipelines.runs.history import extracts_of, log_since, whole_log
from pipelines.runs.planning import buckets_of, look, plan
from pipelines.runs.plans import Mode, Plan, Request, Start
from pipelines.runs.publishing import damaged_tables, projections
from pipelines.storage.lake import Lake

READ_AT_MOST = 4_000_000
"""So many new events are read to see whom they name; of more it is told about."""


@dataclass(frozen=True)
class Step:
    """What would be done with a table, and why: of how many owners (None: not known before), what is read and written.

    `files_read` and `files_written` are numbers of files, `read` and `written` bytes, `rows` those that are written.
    """

    table: str
    mode: Mode
    reason: str
    owners: int | None
    files_read: int
    read: int
    files_written: int
    written: int
    rows: int
    seconds: float


@dataclass(frozen=True)
class Preview:
    """What a run would do: why, the number of new events by type, and each table's step; without a reason nothing.

    `log` is how many bytes of the log would be read, `seconds` about how long all would take, `late` how many files
    others added to the log, which become a landing first; their events are not among those that are counted.
    """

    reason: str | None
    release: int
    events: dict[str, int]
    log: int
    steps: tuple[Step, ...]
    seconds: float
    late: int = 0


def preview(lake: Lake, request: Request, memory: int | None = None) -> Preview:
    """What a run that is asked for, and may take so much memory, would do.

    Raises what a run would raise before it makes anything.
    """
    start = look(lake)
    buckets = buckets_of(start, may_take(memory) // cores())
    planned = plan(start, request, damaged_tables(lake, start.last), buckets)
    new, last = _new_events(planned), start.last
    foreseen = Foresight(planned, buckets, new, _named(planned, new))
    steps = tuple(_step(name, foreseen.work(name)) for name in projections()) if planned.reason else ()
    joined = counted(new) if planned.of(Mode.MERGED) else 0
    events = costs.FIELD * _fields_read(planned, new) + costs.JOINED * joined
    seconds = (costs.START + events) / cores() + sum(step.seconds for step in steps)
    return Preview(
        planned.reason,
        (0 if last is None else last.number) + (planned.reason is not None),
        {kind: counted({kind: days}) for kind, days in sorted(new.items())},
        _log_bytes(planned) if planned.reason else 0,
        steps,
        round(seconds, 1) if planned.reason else 0.0,
        _late(start, request),
    )


def _late(start: Start, request: Request) -> int:
    """How many files that others added to the log a run would take in."""
    if request.accept_log or request.is_of_last:
        return 0
    return len(late_files(start.lake.log, start.log, start.last))


def _named(planned: Plan, new: Certificate) -> dict[str, Int64s] | None:
    """By extract whom the new events name; None when these are too many to be read for that."""
    extracts = extracts_of(planned, Mode.MERGED)
    if not extracts or counted(new) > READ_AT_MOST:
        return None
    return owners_named(log_since(planned), extracts)


def _new_events(planned: Plan) -> Certificate:
    """The certificate, by type, of the events that the release will have and the last one has not."""
    last = planned.start.last
    before = {} if last is None else parsed(last.certificate)
    return without(by_type(planned.landed.total or {}), by_type(before))


def _fields_read(planned: Plan, new: Certificate) -> int:
    """How many fields of events are read, some for each extract."""
    landed = planned.landed.total or {}
    read = {Mode.REBUILT: landed if planned.reads_all else {}, Mode.MERGED: new}
    return sum(
        len(one.fields) * counted(of_types(events, one.types))
        for mode, events in read.items()
        for one in (CERTIFIED, *extracts_of(planned, mode))
    )


def _log_bytes(planned: Plan) -> int:
    """The bytes of the log's files that would be read."""
    if planned.reads_all:
        log = whole_log(planned)
    elif planned.of(Mode.MERGED):
        log = log_since(planned)
    else:
        return 0
    return sum(size for _, size in log.files)


def _step(name: str, work: Work) -> Step:
    """What would be done with a table, and about in how many seconds, all cores at work."""
    read, written = work.read, work.written
    seconds = 0.0 if work.mode == Mode.KEPT else costs.seconds_of(name, work.mode, read, written)
    sizes = (read.files, read.bytes, written.files, written.bytes, written.rows)
    return Step(name, work.mode, work.reason, work.owners, *sizes, round(seconds / cores(), 3))


def as_facts(found: Preview) -> Mapping[str, object]:
    """A preview as JSON-ready facts."""
    return {
        "reason": found.reason,
        "late_files": found.late,
        "release": found.release,
        "new_events": found.events,
        "log_bytes": found.log,
        "tables": [{**vars(step), "mode": str(step.mode)} for step in found.steps],
        "seconds": found.seconds,
    }

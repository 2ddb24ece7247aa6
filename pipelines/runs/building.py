"""Building: the stale tables of a release, staged and checked, each made of the log and the relations before it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.engines.base import Engine
from pipelines.projections import AnyProjection, BucketProjection, Projection
from pipelines.runs.count_audit import Audit
from pipelines.runs.history import History
from pipelines.runs.materialize import NOTHING, frame_of, inputs_of, materialize_buckets, materialize_frame
from pipelines.runs.plans import Mode, Plan
from pipelines.runs.publishing import is_as_before, place_of, projections
from pipelines.runs.staged import BuildContext, Places, Staged
from pipelines.runs.steps import Steps
from pipelines.storage import delta, places
from pipelines.storage.checksums import verify
from pipelines.storage.naming import bucket_of
from pipelines.tables import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass
class BuildState:
    """What tables are built of: the log, what was extracted, the relations so far, and those of the last release."""

    history: History
    earlier: Mapping[str, Places]
    tables: dict[str, Table] = field(default_factory=dict)
    places: dict[str, Places] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def add(self, table: Table, found: Places) -> None:
        """Add a relation, which later tables may read."""
        self.tables[table.name], self.places[table.name] = table, found

    def frame(self, name: str, engine: Engine) -> "DataFrame":
        """The rows of a relation, or of the log as `events`, in files that are verified, as engines do not."""
        log = self.history.log
        if name == "events" and log is not None:
            engine.run(verify, [place for place, _ in log.files])
            return log.frame(engine.session, engine.slots)
        files = [place for _, place in self.places[name]]
        engine.run(verify, files)
        return frame_of(engine.session, self.tables[name], files)


def build(
    plan: Plan, context: BuildContext, history: History, earlier: Mapping[str, Places], steps: Steps
) -> dict[str, Staged]:
    """The tables that are made, by name; the others that they are made of are read as the last release has them."""
    state, staged = BuildState(history, earlier), dict[str, Staged]()
    for name, projection in projections().items():
        if _is_made(projection, plan.modes.get(name, Mode.KEPT), state):
            with steps.step(name):
                staged[name] = _stage(name, state, plan, context)
            history.forget(plan, name)
        if name.startswith("relations/"):
            _add(state, plan, name, staged.get(name))
    return staged


def _is_made(projection: AnyProjection, mode: Mode, state: BuildState) -> bool:
    """Whether a table is made: it stays when nothing that it is made of has changed, and no new event says anything."""
    if mode in (Mode.KEPT, Mode.REBUILT):
        return mode == Mode.REBUILT
    told = mode == Mode.MERGED and state.history.extracted[mode].has(projection.extracts)
    return told or not state.changed.isdisjoint(projection.reads)


def _add(state: BuildState, plan: Plan, name: str, staged: Staged | None) -> None:
    """Let tables to come read a relation, as it was staged, or as it was before."""
    table = projections()[name].table
    if staged is not None and not is_as_before(staged, plan.start.last, name):
        state.changed.add(table.name)
    if table.name in plan.reads:
        state.add(table, staged.places if staged is not None else state.earlier[table.name])


def earlier_places(plan: Plan) -> dict[str, Places]:
    """Where the files of the relations of the last release are, of those of which tables may be made."""
    may_stay = plan.of(Mode.KEPT, Mode.DERIVED, Mode.MERGED)
    wanted = [name for name in plan.reads if f"relations/{name}" in may_stay]
    merged = [name.removeprefix("relations/") for name in plan.of(Mode.MERGED) if name.startswith("relations/")]
    return {name: _kept(plan, f"relations/{name}") for name in {*wanted, *merged}}


def _stage(name: str, state: BuildState, plan: Plan, context: BuildContext) -> Staged:
    """One table, its rows and its counts checked."""
    projection, mode, place = projections()[name], plan.modes[name], place_of(plan.start.lake, name)
    if isinstance(projection, Projection):
        frames = {read: state.frame(read, context.engine) for read in projection.reads}
        staged = materialize_frame(projection, frames, place, context)
    else:
        extracted = state.history.extracted.get(mode, NOTHING)
        earlier = (
            {**state.earlier, projection.table.name: _kept(plan, name)} if _is_of_earlier(projection, mode) else {}
        )
        staged = materialize_buckets(projection, state.places, place, context, extracted, earlier)
    if projection.counts is not None:
        inputs = inputs_of(projection, state.places, context)
        Audit(projection.table, projection.counts, inputs, staged.places).require_right(context.engine)
    return staged


def _is_of_earlier(projection: BucketProjection, mode: Mode) -> bool:
    """Whether a table is made of what it was."""
    return mode == Mode.MERGED or (mode == Mode.DERIVED and projection.update is not None)


def _kept(plan: Plan, name: str) -> Places:
    """Where the files of a table of the last release are."""
    place = place_of(plan.start.lake, name)
    table = plan.start.last.tables.get(name) if plan.start.last is not None else None
    handle = None if table is None else delta.find(place, table.version)
    if handle is None:
        raise AssertionError(f"{name} is neither made nor in the last release")
    return tuple((bucket_of(path), places.join(place, path)) for path in delta.paths(handle))

"""Building: the stale tables of a release, staged and checked, each made of the log and the relations before it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.engines.base import Engine
from pipelines.projections import AnyProjection, Projection
from pipelines.runs.count_audit import Audit
from pipelines.runs.extraction import Extracted
from pipelines.runs.log import Log
from pipelines.runs.materialize import frame_of, inputs_of, materialize_buckets, materialize_frame
from pipelines.runs.planning import Plan
from pipelines.runs.publishing import place_of, projections
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
    """What tables are built of: the log, its extracts, and the relations so far with their files."""

    log: Log | None
    extracted: Extracted
    tables: dict[str, Table] = field(default_factory=dict)
    places: dict[str, Places] = field(default_factory=dict)

    def add(self, table: Table, found: Places) -> None:
        """Add a relation, which later tables may read."""
        self.tables[table.name], self.places[table.name] = table, found

    def frame(self, name: str, engine: Engine) -> "DataFrame":
        """The rows of a relation, or of the log as `events`, in files that are verified, as engines do not."""
        if name == "events" and self.log is not None:
            engine.run(verify, [place for place, _ in self.log.files])
            return self.log.frame(engine.session, engine.slots)
        files = [place for _, place in self.places[name]]
        engine.run(verify, files)
        return frame_of(engine.session, self.tables[name], files)


def build(plan: Plan, context: BuildContext, log: Log | None, extracted: Extracted, steps: Steps) -> dict[str, Staged]:
    """The stale tables by name; the others that they are made of are read as the last release has them."""
    state, staged = BuildState(log, extracted), dict[str, Staged]()
    stale = {name: projection for name, projection in projections().items() if name in plan.stale}
    last_use = {one.name: name for name, projection in stale.items() for one in projection.extracts}
    for name, projection in projections().items():
        if name in stale:
            with steps.step(name):
                staged[name] = _stage(projection, state, place_of(plan.start.lake, name), context)
                state.extracted.remove(one for one in projection.extracts if last_use[one.name] == name)
        if name.startswith("relations/") and projection.table.name in plan.reads:
            state.add(projection.table, staged[name].places if name in staged else _kept(plan, name))
    return staged


def _stage(projection: AnyProjection, state: BuildState, place: str, context: BuildContext) -> Staged:
    """One table, its rows and its counts checked."""
    if isinstance(projection, Projection):
        frames = {name: state.frame(name, context.engine) for name in projection.reads}
        staged = materialize_frame(projection, frames, place, context)
    else:
        staged = materialize_buckets(projection, state.places, place, context, state.extracted)
    if projection.counts is not None:
        inputs = inputs_of(projection, state.places, context)
        Audit(projection.table, projection.counts, inputs, staged.places).require_right(context.engine)
    return staged


def _kept(plan: Plan, name: str) -> Places:
    """Where the files of a table of the last release are."""
    place = place_of(plan.start.lake, name)
    table = plan.start.last.tables.get(name) if plan.start.last is not None else None
    handle = None if table is None else delta.find(place, table.version)
    if handle is None:
        raise AssertionError(f"{name} is neither made nor in the last release")
    return tuple((bucket_of(path), places.join(place, path)) for path in delta.paths(handle))

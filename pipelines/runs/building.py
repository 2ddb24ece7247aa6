"""Building: the stale tables of a release, staged and checked, each made of the log and the relations before it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from pipelines.inputs import BucketInputs
from pipelines.projections import AnyProjection, BucketProjection, Projection, in_buckets
from pipelines.ranges import Ranges
from pipelines.releases.release import Release
from pipelines.runs.build_state import BuildState, relations_of
from pipelines.runs.change_audit import audit_of
from pipelines.runs.choosing import MOST_TOUCHED, why_anew
from pipelines.runs.history import History
from pipelines.runs.materialize import NOTHING, inputs_of, materialize_buckets, materialize_frame
from pipelines.runs.plans import Mode, Plan
from pipelines.runs.publishing import is_as_before, place_of, projections
from pipelines.runs.staged import BuildContext, Staged
from pipelines.runs.steps import Steps
from pipelines.runs.updating import differences, owners_touched, update_buckets
from pipelines.storage.datafiles import Content


class Built(NamedTuple):
    """Tables by name, how each was made, and why those were made anew that would have been merged."""

    staged: dict[str, Staged]
    modes: dict[str, Mode]
    reasons: dict[str, str]


def build(
    plan: Plan, context: BuildContext, history: History, earlier: Mapping[str, Ranges], folder: str, steps: Steps
) -> Built:
    """The tables that are made; the others that these are made of stay as the last release has them.

    A folder is for what tables to come need of those before.
    """
    state, staged = BuildState(history, earlier, folder), dict[str, Staged]()
    for name, projection in projections().items():
        if _is_made(projection, plan.modes.get(name, Mode.KEPT), state):
            with steps.step(name):
                staged[name] = _stage(name, state, plan, context)
            history.forget(plan, name)
        if name.startswith("relations/"):
            _add(state, plan, name, staged.get(name))
    return Built(staged, state.modes, state.reasons)


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
    if staged is not None:
        state.owners.setdefault(table.name, None)
    if table.name in plan.reads:
        state.add(table, staged.ranges if staged is not None else state.earlier[name])


def _stage(name: str, state: BuildState, plan: Plan, context: BuildContext) -> Staged:
    """One table, its rows and its counts checked."""
    projection, last = in_buckets(projections()[name], context.buckets), plan.start.last
    inputs = inputs_of(projection, state.places, context)
    state.modes[name] = plan.modes[name]
    if isinstance(projection, Projection):
        frames = {read: state.frame(read, context.engine) for read in projection.reads}
        staged = materialize_frame(projection, frames, place_of(plan.start.lake, name), context)
    elif last is None or plan.modes[name] == Mode.REBUILT:
        staged = _anew(name, projection, state, plan, context)
    elif (why := why_anew(name, projection, state.owners, last)) is not None:
        state.told_anew(name, why)
        staged = _anew(name, projection, state, plan, context)
    else:
        inputs = _with_what_was(inputs, name, projection, state, plan)
        staged = _updated(name, projection, inputs, state, last, context)
    if projection.counts is not None:
        audit_of(projection, projection.counts, inputs, staged.ranges).require_right(context.engine)
    return staged


def _anew(name: str, projection: BucketProjection, state: BuildState, plan: Plan, context: BuildContext) -> Staged:
    """A table that is made without what it was."""
    extracted = state.history.extracted.get(plan.modes[name], NOTHING)
    return materialize_buckets(projection, state.places, place_of(plan.start.lake, name), context, extracted)


def _with_what_was(
    inputs: BucketInputs, name: str, projection: BucketProjection, state: BuildState, plan: Plan
) -> BucketInputs:
    """The inputs with the new events, with the tables of the last release, and with what changed since."""
    extracted = state.history.extracted.get(plan.modes[name], NOTHING)
    return replace(
        inputs,
        extracted=extracted.of(projection.extracts).rows,
        earlier=relations_of(state.earlier),
        own=state.earlier[name],
        touched=partial(owners_touched, state.touched),
        differences=partial(differences, state.touched, state.tables),
    )


def _updated(
    name: str,
    projection: BucketProjection,
    inputs: BucketInputs,
    state: BuildState,
    last: Release,
    context: BuildContext,
) -> Staged:
    """A table that is made of what it was; later ones are told what changed."""
    table, before = projection.table, Content(last.tables[name].rows, int(last.tables[name].content_hash))
    made = update_buckets(projection, inputs, place_of(context.lake, name), context, before, state.folder)
    state.modes[name] = Mode.MERGED
    if made.is_whole:
        state.told_anew(name, MOST_TOUCHED)
    if name.startswith("relations/"):
        state.touched[table.name], state.owners[table.name] = made.touched, made.owners
    return made.staged

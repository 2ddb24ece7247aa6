"""What a run reads of the log: all of it for tables that are rebuilt, what is new for those that are merged."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipelines.errors import NewsfeedError
from pipelines.inputs import Extract
from pipelines.log.certificate import CERTIFIED, Certificate, differences, recomputed, without
from pipelines.log.continuity import gone
from pipelines.log.events import Log
from pipelines.log.landings import Landed, take_as_it_is
from pipelines.ranges import Ranges
from pipelines.releases.release import last_landing
from pipelines.runs.extraction import Extracted, extract
from pipelines.runs.plans import Mode, Plan
from pipelines.runs.retelling import asked_again
from pipelines.runs.staged import BuildContext
from pipelines.storage import delta, folders, places


class IncompleteLog(NewsfeedError):
    """The rows read from the log are not the events that landed."""


@dataclass(frozen=True)
class History:
    """The log, if all of it is read, and what was extracted of it for tables that are made in each way."""

    log: Log | None = None
    extracted: dict[Mode, Extracted] = field(default_factory=dict)

    def forget(self, plan: Plan, name: str) -> None:
        """Delete what was extracted for a table that is made, and for none behind it."""
        mode = plan.modes[name]
        if mode in self.extracted:
            made = plan.of(mode)
            behind = list(made)[list(made).index(name) + 1 :]
            needed = {one.name for other in behind for one in made[other].extracts}
            self.extracted[mode].remove(one for one in made[name].extracts if one.name not in needed)


def read(plan: Plan, earlier: dict[str, Ranges], context: BuildContext, folder: str) -> tuple[Plan, History]:
    """What a plan needs of the log, and the plan with the certificate of what was read.

    Raises IncompleteLog unless the events that were read are those that landed.
    """
    history, new = History(), extracts_of(plan, Mode.MERGED)
    if plan.reads_all:
        history, found = read_all(plan, whole_log(plan), context, folder)
        plan = _certified(plan, found)
    if new:
        history.extracted[Mode.MERGED] = _new(plan, new, earlier, context, folder)
    return plan, history


def read_all(plan: Plan, log: Log, context: BuildContext, folder: str) -> tuple[History, Certificate]:
    """What a plan needs of all the events of a log, and the certificate of what was read."""
    every = [CERTIFIED, *extracts_of(plan, Mode.REBUILT)]
    extracted = _extract(context, log, every, folder, Mode.REBUILT, context.portions)
    return History(log, {Mode.REBUILT: extracted}), _certificate(extracted)


def extracts_of(plan: Plan, mode: Mode) -> list[Extract]:
    """What the tables that are made in a way need of the events, each extract once."""
    return list({one.name: one for made in plan.of(mode).values() for one in made.extracts}.values())


def whole_log(plan: Plan) -> Log:
    """All events that the release covers."""
    start = plan.start
    upto = None if plan.landed == start.newest else plan.landed.number
    return Log(tuple(delta.sizes(start.lake.log, start.log)), upto)


def _extract(
    context: BuildContext, log: Log, extracts: Sequence[Extract], folder: str, name: str, portions: int = 1
) -> Extracted:
    place = places.join(folder, name.replace(" ", "-"))
    folders.make(place)
    return extract(context.engine, log, extracts, context.buckets, place, portions)


def _certificate(extracted: Extracted) -> Certificate:
    return recomputed(extracted.rows(CERTIFIED, 0))


def _certified(plan: Plan, found: Certificate) -> Plan:
    """The plan, of events with this certificate, which must be the ones that landed, or are accepted as they are."""
    start, expected = plan.start, plan.landed.total
    if not plan.accepted:
        if found != expected:
            raise IncompleteLog(_told(plan, expected, found))
        return plan
    if found == expected and gone(start.lake.log, start.log, start.last) is None:
        return plan
    last = last_landing(start.lake, start.last)
    return replace(plan, landed=take_as_it_is(start.log, found, start.last, last, start.newest.positions))


def _told(plan: Plan, expected: Certificate | None, found: Certificate) -> str:
    """What to say of a log that does not have what landed."""
    place = plan.start.lake.log
    way_out = "`newsfeed run --accept-log` goes on from what is there"
    if expected is None:
        return f"the log at {place} no longer says what landed, its commits are gone, nothing is published: {way_out}"
    told = "\n".join(differences(expected, found))
    return f"the log at {place} is not what landed, nothing is published:\n{told}\n{way_out}"


def _new(
    plan: Plan, extracts: list[Extract], earlier: dict[str, Ranges], context: BuildContext, folder: str
) -> Extracted:
    """What the events since the last release say, and those before that are of the same moments."""
    extracted = _extract(context, log_since(plan), [CERTIFIED, *extracts], folder, Mode.MERGED)
    expected = None if plan.landed.total is None else _landed_since(plan)
    if _certificate(extracted) != expected:
        raise IncompleteLog(_told(plan, expected, _certificate(extracted)))
    again = asked_again(plan, extracts, extracted, earlier, context)
    return extracted.and_more(_extract(context, log_before(plan), again, folder, "again")) if again else extracted


def _landed_since(plan: Plan) -> Certificate:
    before = _covered(plan).total
    if before is None or plan.landed.total is None:
        raise AssertionError("nothing is known of the landings before")
    return without(plan.landed.total, before)


def log_before(plan: Plan) -> Log:
    """The events that the last release covers: in the files of then, or in those of now where some became others."""
    before, now = _files_before(plan), _files(plan)
    return Log(tuple(sorted(before if before.issubset(now) else now)), _covered(plan).number)


def log_since(plan: Plan) -> Log:
    """The events that landed since those that the last release covers."""
    return Log(tuple(sorted(_files(plan) - _files_before(plan))), None, _covered(plan).number)


def _files(plan: Plan) -> set[tuple[str, int]]:
    """The files that the log has, with their sizes."""
    return set(delta.sizes(plan.start.lake.log, plan.start.log))


def _files_before(plan: Plan) -> set[tuple[str, int]]:
    """The files that the log had when the last landing came that the last release covers."""
    version = _covered(plan).version
    handle = delta.find(plan.start.lake.log, version)
    if handle is None:
        raise AssertionError(f"version {version} of the log is gone")
    return set(delta.sizes(plan.start.lake.log, handle))


def _covered(plan: Plan) -> Landed:
    """The last landing that the last release covers."""
    if plan.since is None:
        raise AssertionError("there is no release before")
    return plan.since

"""Landing again what damaged files had: of the log they are taken out of it, and their source lands once more.

What came in the stead of damaged files of the quarantine, and of the names behind ids, takes their place as it lands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.engines.base import Engine
from pipelines.errors import NewsfeedError
from pipelines.landing.land import land
from pipelines.landing.lost import KINDS, NOTHING, Lacking
from pipelines.landing.report import Landing
from pipelines.log.certificate import Certificate, by_type
from pipelines.log.continuity import gone
from pipelines.log.landings import newest, since_taken_out, take_as_it_is, take_out
from pipelines.releases.release import last_landing, last_release
from pipelines.repair import beside
from pipelines.repair.damage import LogDamage
from pipelines.storage import delta, places
from pipelines.storage.lake import Lake

NO_DAYS = {"": (0, 0)}
"""The certificate by type alone of a type of which there are no events."""


class NotKnown(NewsfeedError):
    """The log's commits no longer say what landed, so nothing could show that all of it is back."""


@dataclass(frozen=True)
class Relanded:
    """The landing that brought back what was lost, and certificates by type of the events lost, and of what landed.

    `others` has the tables beside the log that were damaged, and whether just what they lost came again.
    """

    landing: Landing
    lost: Certificate
    back: Certificate
    others: Mapping[str, bool]

    @property
    def missing(self) -> dict[str, tuple[int, int]]:
        """By type of which not just the lost events landed: how many were lost, and how many landed."""
        kinds = sorted(self.lost.keys() | self.back.keys())
        pairs = {kind: (self.lost.get(kind, NO_DAYS)[""], self.back.get(kind, NO_DAYS)[""]) for kind in kinds}
        return {kind: (lost[0], back[0]) for kind, (lost, back) in pairs.items() if lost != back}

    @property
    def is_whole(self) -> bool:
        """Whether just what was lost is back, of all of it."""
        return not self.missing and all(self.others.values())


def land_again(
    lake: Lake,
    engine: Engine,
    damage: LogDamage | None,
    others: Mapping[str, beside.Damage],
    sources: Sequence[str],
    format_name: str,
) -> Relanded:
    """Land what damaged files had again from its sources, of which events that are in other files are duplicates.

    All events are back, and no others came, when the certificate of what landed is that of what was lost. Until there
    is as much as a release was made of, runs publish nothing. Raises NotKnown, Conflict, and what a landing raises.
    """
    if damage is not None:
        _take_out(lake, damage)
    beside.take_long_lines_away(others.get("quarantine"))
    lost = Lacking(**{name: others[name].lost if name in others else NOTHING for name in KINDS})
    landing = land(lake, engine, sources, format_name=format_name, lost=lost, again=True)
    gone_and_back = ({}, {}) if damage is None else _accepted(lake)
    still = beside.of(lake) if others else {}
    backs = {name: name not in still and one.is_back(beside.left_of(lake, name)) for name, one in others.items()}
    return Relanded(landing, *gone_and_back, backs)


def _take_out(lake: Lake, damage: LogDamage) -> None:
    """Take damaged files out of the log."""
    if damage.lost is None:
        raise NotKnown(f"the commits of {lake.log} no longer say what landed: put the damaged files back from a copy")
    log = _log(lake)
    paths = {places.join(lake.log, path): path for path in delta.paths(log)}
    out = tuple(paths[place] for place in damage.files)
    if out:
        last, positions = last_landing(lake, last_release(lake)), newest(lake.log, log).positions
        take_out(log, out, damage.lost, damage.left, last, positions)


def _accepted(lake: Lake) -> tuple[Certificate, Certificate]:
    """The certificates by type of what was taken out of the log, and of what landed since.

    Where these are the same, but other landings had come before, a release goes on from the log as it is.
    """
    log, last = _log(lake), last_release(lake)
    found = since_taken_out(lake.log, log)
    if found is None:
        raise NotKnown(f"the commits of {lake.log} no longer say what was taken out of it")
    lost, back = map(by_type, found)
    if lost == back and gone(lake.log, log, last) is not None:  # as a release was made before other landings
        landed = newest(lake.log, log)
        take_as_it_is(log, landed.total or {}, last, last_landing(lake, last), landed.positions)
    return lost, back


def _log(lake: Lake) -> delta.Handle:
    found = delta.find(lake.log)
    if found is None:
        raise AssertionError(f"there is no log at {lake.log}")
    return found

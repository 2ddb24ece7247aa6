"""Landing again what damaged files of the log had: they are taken out of it, and their source lands once more."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.engines.base import Engine
from pipelines.errors import NewsfeedError
from pipelines.landing.land import Landing, land
from pipelines.log.certificate import Certificate, by_type
from pipelines.log.continuity import gone
from pipelines.log.landings import newest, take_as_it_is, take_out
from pipelines.releases.release import last_landing, last_release
from pipelines.repair.damage import LogDamage
from pipelines.storage import delta, places
from pipelines.storage.lake import Lake

NO_DAYS = {"": (0, 0)}
"""The certificate by type alone of a type of which there are no events."""


class NotKnown(NewsfeedError):
    """The log's commits no longer say what landed, so nothing could show that all of it is back."""


@dataclass(frozen=True)
class Relanded:
    """The landing that brought events back, and the certificates by type of what was lost and of what landed."""

    landing: Landing
    lost: Certificate
    back: Certificate

    @property
    def missing(self) -> dict[str, tuple[int, int]]:
        """By type of which not just the lost events landed: how many were lost, and how many landed."""
        kinds = sorted(self.lost.keys() | self.back.keys())
        pairs = {kind: (self.lost.get(kind, NO_DAYS)[""], self.back.get(kind, NO_DAYS)[""]) for kind in kinds}
        return {kind: (lost[0], back[0]) for kind, (lost, back) in pairs.items() if lost != back}


def land_again(lake: Lake, engine: Engine, damage: LogDamage, sources: Sequence[str], format_name: str) -> Relanded:
    """Land the events of damaged files again from their sources, of which those that are in other files are duplicates.

    All are back, and no others came, when the certificate of what landed is that of what was lost. Until there is as
    much as a release was made of, runs publish nothing. Raises NotKnown, Conflict, and what a landing raises.
    """
    if damage.lost is None:
        raise NotKnown(f"the commits of {lake.log} no longer say what landed: put the damaged files back from a copy")
    log, last = _log(lake), last_release(lake)
    paths = {places.join(lake.log, path): path for path in delta.paths(log)}
    take_out(log, tuple(paths[place] for place in damage.files), damage.left, last_landing(lake, last))
    landing = land(lake, engine, sources, format_name=format_name)
    log = _log(lake)
    now = newest(lake.log, log)
    found = Relanded(landing, by_type(damage.lost), by_type(now.own if landing.number == now.number else {}))
    if not found.missing and gone(lake.log, log, last) is not None:  # as a release was made before other landings
        take_as_it_is(log, now.total or {}, last, last_landing(lake, last))
    return found


def _log(lake: Lake) -> delta.Handle:
    found = delta.find(lake.log)
    if found is None:
        raise AssertionError(f"there is no log at {lake.log}")
    return found

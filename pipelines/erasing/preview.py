"""What an erasure would do, and what it would cost; nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.erasing.erase import require_known
from pipelines.erasing.finding import Found, look
from pipelines.log.certificate import counted
from pipelines.log.erasures import erasures
from pipelines.log.landings import total_at
from pipelines.releases.release import all_releases, require_lake
from pipelines.storage.lake import Lake


@dataclass(frozen=True)
class Foreseen:
    """What would be erased, with all whose erasure was begun.

    `files` and `size` are of the log's files that are written anew, of all `events` of the log the relations and views
    are made anew, if there are any, and `releases` go.
    """

    found: Found
    begun: tuple[int, ...]
    files: int
    size: int
    events: int
    releases: tuple[int, ...]


def foresee(lake: Lake, users: Iterable[int]) -> Foreseen:
    """What an erasure of persons would do. Raises NoLake, UnknownPerson, DamagedFile, DamagedLog, PlaceError."""
    require_lake(lake)
    known = erasures(lake)
    begun = tuple(one.user_id for one in known.unfinished)
    found = require_known(look(lake, {*users, *begun}), known)
    return Foreseen(
        found,
        begun,
        len(found.files),
        sum(found.files.values()),
        counted(total_at(lake.log)),
        tuple(one.number for one in all_releases(lake)),
    )

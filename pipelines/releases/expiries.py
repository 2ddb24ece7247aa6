"""Which releases were expired, and when: the commits of the table of releases that took their records away say so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipelines.storage import deltalog, places
from pipelines.storage.history import committed_at
from pipelines.storage.lake import Lake

EXPIRED = "expired_upto"
"""Under which name such a commit says which release was the last to expire."""


@dataclass(frozen=True)
class Expiry:
    """A commit that took the records of all releases up to one away; the version before it still has them."""

    upto: int
    time: datetime
    version: int

    def __str__(self) -> str:
        return f"expired at {self.time:%Y-%m-%d %H:%M:%S} UTC by `newsfeed maintain`"


def expiries(lake: Lake) -> Iterator[Expiry]:
    """The expiries, the last one first, as far back as there are commits. Raises DamagedLog, PlaceError."""
    for version in reversed(deltalog.commits(lake.releases)):
        said = deltalog.entry(lake.releases, version)
        made = committed_at(said)
        if EXPIRED in said.info and made is not None:
            yield Expiry(int(said.info[EXPIRED]), made, version)


def expiry_of(lake: Lake, number: int) -> Expiry | None:
    """When a release was expired, None when it was not."""
    if not places.exists(deltalog.folder(lake.releases)):
        return None
    found = None
    for one in expiries(lake):
        if one.upto < number:
            break
        found = one
    return found

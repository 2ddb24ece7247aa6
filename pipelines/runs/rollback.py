"""Rolling back: an earlier release serves again, as a new one, whose record names the versions of the earlier one.

No table is written: the next run gives each the content that the record names, as after a run that was killed.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipelines.errors import NewsfeedError
from pipelines.releases.expectations import require_met
from pipelines.releases.records import RELEASES, record
from pipelines.releases.release import Release, last_of, release, require_lake, says_the_same
from pipelines.runs.publishing import damaged_tables, place_of
from pipelines.storage import declaring, delta
from pipelines.storage.checksums import are_whole
from pipelines.storage.lake import Lake


class DamagedRelease(NewsfeedError):
    """Not all files of a release are what was written."""


@dataclass(frozen=True)
class RolledBack:
    """The release that now serves, and whether it is new: it is not where it serves that very state already."""

    release: Release
    published: bool


def roll_back_to(lake: Lake, number: int, clock: datetime | None = None) -> RolledBack:
    """Publish a release again, at a time of the clock (now when None), once all its files are seen to be whole.

    Raises NoLake, NoRelease, ExpiredRelease, DamagedRelease, BrokenExpectation, PlaceError, and Conflict when another
    process published first; the last release serves on then.
    """
    require_lake(lake)
    with lake.scratch():  # from now on, maintenance takes away nothing that the release needs
        wanted = release(lake, number)
        handle = declaring.ensure(lake.releases, RELEASES)
        last = last_of(handle) or wanted
        if says_the_same(wanted, last):
            return RolledBack(last, published=False)
        _require_whole(lake, wanted)
        made = replace(
            wanted, number=last.number + 1, released_at=clock or datetime.now(UTC), rolls_back_to=wanted.made_as
        )
        require_met(lake, made.tables, made.number, last)
        record(lake, handle, made)
    return RolledBack(made, published=True)


def _require_whole(lake: Lake, wanted: Release) -> None:
    """Raise DamagedRelease unless all files of a release are there as they were written."""
    wrong = damaged_tables(lake, wanted) or {name for name in wanted.tables if not _is_whole(lake, wanted, name)}
    if wrong:
        raise DamagedRelease(
            f"release {wanted.number} cannot serve again, files of {', '.join(sorted(wrong))} are damaged or gone: "
            "roll back to another one, or `newsfeed run --rebuild` makes all anew from the log"
        )


def _is_whole(lake: Lake, wanted: Release, name: str) -> bool:
    handle = delta.find(place_of(lake, name), wanted.tables[name].version)
    return handle is not None and are_whole(delta.sized_files(handle))

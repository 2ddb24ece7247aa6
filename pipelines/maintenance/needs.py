"""What is needed of a lake's tables: what kept records name, and what was current since a time, is; the rest is not.

The time is that of a grace period, or before the oldest command began that lives: whoever opened a table or a release
since then goes on reading it, and what such a command has written and not committed yet is not looked at.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.log.continuity import OtherLog, covered
from pipelines.releases.expiries import expiries
from pipelines.releases.release import Release, records
from pipelines.runs.publishing import place_of, projections
from pipelines.storage import delta, history, places, walking
from pipelines.storage.lake import Lake

SKEW = timedelta(hours=1)
"""How far the clocks of the machines that share a lake may be apart."""


def limit(now: datetime, grace: timedelta, living: Iterable[datetime]) -> datetime:
    """What is older than this time, and not needed since, may go: a grace period, the oldest command that lives.

    Nothing may beside a command that begins later than now: one of two clocks is wrong, and no time says what is older.
    """
    earliest = datetime.min.replace(tzinfo=now.tzinfo) + SKEW
    living = [earliest if began > now + SKEW else began for began in living]
    return min(now - grace, *(max(began, earliest) - SKEW for began in living), now)


def records_since(lake: Lake, time: datetime) -> list[Release]:
    """The releases that are kept, and those that were at the time or later, unless maintenance left them less grace.

    Raises DamagedLog.
    """
    handle = delta.find(lake.releases)
    if handle is None:
        return []
    found = records(handle)
    for expiry in expiries(lake):
        if expiry.time < time:
            break
        before = delta.find(lake.releases, expiry.version - 1)
        if before is not None and not delta.damaged(lake.releases, before):
            found += records(before)
    return found


def tables_of(lake: Lake, kept: Iterable[Release]) -> dict[str, set[int]]:
    """The places of all tables of a lake, with the versions of each that records name."""
    beside = (lake.log, lake.quarantine, lake.identities, lake.erasures, lake.releases)
    found: dict[str, set[int]] = {place: set() for place in beside}
    found |= {place_of(lake, name): set() for name in projections()}
    for release in kept:
        for name, table in release.tables.items():
            found.setdefault(place_of(lake, name), set()).add(table.version)
    return found


def log_versions(lake: Lake, found: list[Release], time: datetime) -> set[int]:
    """The versions of the log that a run may read which goes on from one of the releases that were last since a time.

    Raises DamagedLog.
    """
    log, versions = delta.find(lake.log), set[int]()
    in_order = sorted(found, key=lambda one: one.number)
    before = [one for one in in_order if one.released_at < time]
    for one in [*before[-1:], *in_order[len(before) :]]:
        with suppress(OtherLog):
            landed = None if log is None else covered(lake.log, log, one)
            versions |= set() if landed is None or landed.version is None else {landed.version}
    return versions


@dataclass(frozen=True)
class Unneeded:
    """The files of a table, with their sizes, that may go now, and will once the grace period is over.

    `orphans` are those that may go and that no commit ever named.
    """

    gone: dict[str, int]
    orphans: dict[str, int]
    later: dict[str, int]


NOTHING = Unneeded({}, {}, {})


def unneeded(place: str, listed: dict[str, int], named: set[int], kept: set[int], time: datetime) -> Unneeded:
    """What no version that is named needs, nor one that was current since a time, of files that were listed before.

    Of the versions that are named, some are `kept` for longer. Raises DamagedLog, PlaceError.
    """
    handle = delta.find(place)
    if handle is None:
        return NOTHING
    lasting = set(delta.paths(handle))
    needed = set(lasting)
    for version, files in history.files_of(place, {*kept, *named, *history.current_since(place, handle, time)}):
        needed |= files
        lasting |= files if version in kept else set()
    free = {path: size for path, size in listed.items() if path not in lasting}
    ready = {
        path: size
        for path, size in free.items()
        if path not in needed and walking.is_before(places.join(place, path), time)
    }
    once = history.replaced(handle) if free else set()
    return Unneeded(
        {path: size for path, size in ready.items() if path in once},
        {path: size for path, size in ready.items() if path not in once},
        {path: size for path, size in free.items() if path not in ready and path in once},
    )

"""Continuity: whether the log is still the one that a release was made of.

Landings are known by their certificates: numbers and versions go back too where a log is put back or restored.
"""

from collections.abc import Iterable, Iterator

from pipelines.errors import NewsfeedError
from pipelines.log.certificate import Certificate, by_type, counted, parsed, total_of
from pipelines.log.events import Log
from pipelines.log.landings import Landed, landings
from pipelines.releases.release import Release
from pipelines.storage import delta
from pipelines.storage.lake import Lake

LISTED = 6


class OtherLog(NewsfeedError):
    """The log is not the one that the last release was made of."""


class GivenUp(NewsfeedError):
    """The events that a release was made of are not in the log any more, and it was gone on without them."""


def covered(place: str, log: delta.Handle, release: Release) -> Landed | None:
    """The last landing that a release covers; None when it was given up, or events of it were erased since.

    Raises OtherLog when the release was made of another log, or of more landings than this one has.
    """
    wanted = by_type(parsed(release.certificate))
    there, seen, is_erased = _since_accepted(landings(place, log)), list[Landed](), False
    for one in there:
        seen.append(one)
        if one.total is not None and by_type(one.total) == wanted:
            return None if is_erased else one
        is_erased = is_erased or one.erased is not None
        if one.given_up is not None and one.given_up >= release.made_as:
            return None
        if one.taken_out is not None or (one.total is not None and counted(one.total) < release.events):
            break  # of what was taken out, more may have landed again since: as new, though the release has it
    raise OtherLog(_told(place, [*seen, *there], release))


def events_of(lake: Lake, release: Release) -> Log:
    """The events that a release was made of. Raises OtherLog, GivenUp."""
    handle = delta.find(lake.log)
    if handle is None:
        raise OtherLog(log_gone(lake.log, release))
    landed = covered(lake.log, handle, release)
    if landed is None:
        raise GivenUp(
            f"release {release.number} cannot be made again: the log went on without some of its events, or persons "
            "were erased since"
        )
    return Log(tuple(delta.sizes(lake.log, handle)), landed.number)


def gone(place: str, log: delta.Handle, release: Release | None) -> str | None:
    """What is to be said when a release was not made of this log; None when it was, or there is none."""
    try:
        if release is not None:
            covered(place, log, release)
    except OtherLog as fault:
        return str(fault)
    return None


def log_gone(place: str, release: Release | None) -> str:
    """What to say where there is a release, and no log at all."""
    number = 0 if release is None else release.number
    return f"there is no log at {place}, of which release {number} was made: put it back, or land its sources again"


def _told(place: str, there: list[Landed], release: Release) -> str:
    """Which landings and which events of a release are not among those that are there, and what to do."""
    return (
        f"the log at {place} is not the one that release {release.number} was made of: {_lost(there, release)}; "
        "land their sources again, or go on from what is there with `newsfeed run --accept-log`"
    )


def _since_accepted(there: Iterable[Landed]) -> Iterator[Landed]:
    """The landings down to where the log was last taken as it is."""
    for one in there:
        yield one
        if one.given_up is not None:
            return


def _lost(there: list[Landed], release: Release) -> str:
    """What is gone of a release's landings and events, where these are the landings that are there."""
    if not there:
        return "no commit says any more what landed"
    if release.landing < there[-1].number:
        return f"no commit says any more what landed up to landing {release.landing}"
    gone = sorted(set(range(there[-1].number + 1, release.landing + 1)) - {one.number for one in there})
    which = f"{_listed(gone)} gone" if gone else "other events landed under the same numbers"
    missing = _missing(parsed(release.certificate), _held(there, release.landing))
    more = f" and {len(missing) - LISTED} more" if len(missing) > LISTED else ""
    return which + (f", with {', '.join(missing[:LISTED])}{more}" if missing else "")


def _listed(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"landing {numbers[0]} is"
    whole = numbers[-1] - numbers[0] + 1 == len(numbers)
    return (
        f"landings {numbers[0]} to {numbers[-1]} are" if whole else f"{len(numbers)} landings up to {numbers[-1]} are"
    )


def _held(there: list[Landed], upto: int) -> Certificate:
    """The certificate of what the log has of landings up to one, as each says of itself."""
    return total_of([there[-1].total or {}, *(one.own for one in there[:-1] if one.number <= upto)])


def _missing(wanted: Certificate, found: Certificate) -> list[str]:
    """What is missing or another, by type and date of landing."""
    told = []
    for kind, days in sorted(wanted.items()):
        for day, (count, hashes) in sorted(days.items()):
            there, other = found.get(kind, {}).get(day, (0, 0))
            if there < count:
                told.append(f"{count - there:,} of {count:,} {kind} of {day}")
            elif there == count and hashes != other:
                told.append(f"others for {count:,} {kind} of {day}")
    return told

"""The landings of which a version of the log is made, as the commits of its Delta log say."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pipelines.clock import micros, moment
from pipelines.events.log import LOG, PARTITION
from pipelines.log.certificate import APPLICATION, Certificate, parsed, total_of, without, written
from pipelines.log.entries import End, entries
from pipelines.releases.release import Release
from pipelines.storage import commits, delta, deltalog

LANDING, OWN, TOTAL, GIVEN_UP = "landing", "certificate", "certificate_total", "given_up"
NEWEST_EVENT = "newest_event"
TAKEN_OUT = "taken_out"
STREAMS = "streams"
"""The application of commits that bring no event, but say how far streams are read."""
POSITIONS = "positions"
"""Under which name a commit says how far streams are read, as JSON; a landing says what the one before said."""
TAKEN, PUT = "erased", "put_instead"
"""Under which names the commit of an erasure says what it took, and what it put instead."""

Positions = Mapping[str, Any]
"""How far streams are read, by their names, as their sources write it; JSON holds it."""


@dataclass(frozen=True)
class Landed:
    """A landing: its number, its events' certificate, and that of all events so far, None where that is not known.

    Where the log was taken as it is, the last of the releases of which events are gone is `given_up`. `version` is that
    of the log which the landing made, None where that is not known. `newest_event` is when the newest of all events
    so far happened that was not in the future when it landed; None where no landing said one. `taken_out` is the
    certificate of the events that it took out of the log, None where it took none. Where persons were erased, `erased`
    has the certificates of their events as they were, and as they are since. `positions` says how far streams are read
    with this landing, or since, as long as there is no other.
    """

    number: int
    own: Certificate
    total: Certificate | None
    given_up: int | None = None
    version: int | None = None
    newest_event: datetime | None = None
    taken_out: Certificate | None = None
    erased: tuple[Certificate, Certificate] | None = None
    positions: Positions = field(default_factory=dict)


Change = tuple[tuple[commits.File, ...], tuple[str, ...]]
"""The files that come, and the paths of those that go."""
NOTHING = Landed(0, {}, {})
"""What there is before the first landing."""


def landings(place: str, log: delta.Handle) -> Iterator[Landed]:
    """What a version of the log is made of, newest first, ending with NOTHING.

    Where older commits are gone it ends with what the last of these landings says of all before it, if it does. Raises
    PlaceError for one that is there and cannot be read.
    """
    oldest: Landed | None = None
    since: str | None = None
    for entry in entries(place, log):
        if entry is End.BEGINNING:
            yield replace(NOTHING, positions=json.loads(since or "{}"))
        elif entry is End.GONE:
            yield from _before(oldest)
        elif not isinstance(entry, End):
            since = since or entry.info.get(POSITIONS)
            if LANDING in entry.info:
                oldest, since = _landed(entry, json.loads(since or "{}")), None
                yield oldest


def _before(oldest: Landed | None) -> Iterator[Landed]:
    """The landing before one, of which nothing but the total is known; none where that is not known either."""
    if oldest is not None and oldest.total is not None and oldest.given_up is None:
        yield Landed(oldest.number - 1, {}, without(oldest.total, oldest.own))


def _landed(entry: deltalog.Entry, positions: Positions) -> Landed:
    said = entry.info
    total = parsed(said[TOTAL]) if TOTAL in said else None
    given_up = int(said[GIVEN_UP]) if GIVEN_UP in said else None
    newest_event = moment(int(said[NEWEST_EVENT])) if NEWEST_EVENT in said else None
    taken_out = parsed(said[TAKEN_OUT]) if TAKEN_OUT in said else None
    erased = (parsed(said[TAKEN]), parsed(said[PUT])) if TAKEN in said else None
    own = parsed(said[OWN])
    return Landed(int(said[LANDING]), own, total, given_up, entry.version, newest_event, taken_out, erased, positions)


def newest(place: str, log: delta.Handle) -> Landed:
    """The last landing of a version of the log; of unknown content where its commit is gone."""
    return next(landings(place, log), Landed(delta.number(log, APPLICATION), {}, None))


def total_at(place: str) -> Certificate:
    """The certificate of all events of a log; empty where nothing landed, or no landing says it."""
    log = delta.find(place)
    return (None if log is None else newest(place, log).total) or {}


def metadata(own: Landed, before: Landed) -> dict[str, str]:
    """What the commit of a landing says: what is its own, and with it what is known of all before it."""
    total = {} if before.total is None else {TOTAL: written(total_of([before.total, own.own]))}
    times = [one.newest_event for one in (own, before) if one.newest_event is not None]
    newest_event = {NEWEST_EVENT: str(micros(max(times)))} if times else {}
    read_to = _read_to({**before.positions, **own.positions})
    return {LANDING: str(own.number), OWN: written(own.own), **total, **newest_event, **read_to}


def _read_to(positions: Positions) -> dict[str, str]:
    """What a commit says of how far streams are read."""
    return {POSITIONS: json.dumps(positions, separators=(",", ":"))} if positions else {}


def move_on(log: delta.Handle, before: Landed, positions: Positions) -> None:
    """Commit how far streams are read whose records brought no event; it is no landing. Raises Conflict."""
    said = _read_to({**before.positions, **positions})
    commits.commit(log, LOG, commits.Commit((), (), STREAMS, int(log.version()) + 1, said, {PARTITION: None}))


def take_as_it_is(
    log: delta.Handle, total: Certificate, last: Release | None, last_landing: int, positions: Positions
) -> Landed:
    """Commit to the log, as a landing without events, that these are its events. Raises Conflict."""
    number, release = next_number(log, last_landing), 0 if last is None else last.number
    said = {
        LANDING: str(number),
        OWN: written({}),
        TOTAL: written(total),
        GIVEN_UP: str(release),
        **_read_to(positions),
    }
    commits.commit(log, LOG, commits.Commit((), (), APPLICATION, number, said, {PARTITION: None}))
    return Landed(number, {}, total, release)


def since_taken_out(place: str, log: delta.Handle) -> tuple[Certificate, Certificate] | None:
    """The certificate of what was last taken out of the log, and that of what landed since; None where nothing was.

    What was taken out before the log was taken as it is does not count.
    """
    since: list[Certificate] = []
    for one in landings(place, log):
        if one.taken_out is not None:
            return one.taken_out, total_of(since)
        if one.given_up is not None:
            break
        since.append(one.own)
    return None


def take_out(
    log: delta.Handle,
    files: tuple[str, ...],
    lost: Certificate,
    left: Certificate,
    last_landing: int,
    positions: Positions,
) -> Landed:
    """Take files, by their paths, with these events out of the log, as a landing without events; what is left then.

    A release that was made of more is told of as before. Raises Conflict.
    """
    number = next_number(log, last_landing)
    said = {LANDING: str(number), OWN: written({}), TOTAL: written(left), TAKEN_OUT: written(lost)}
    said |= _read_to(positions)
    commits.commit(log, LOG, commits.Commit((), files, APPLICATION, number, said, {PARTITION: None}))
    return Landed(number, {}, left, taken_out=lost)


def erase(
    log: delta.Handle, change: Change, taken: Certificate, put: Certificate, before: Landed, last_landing: int
) -> None:
    """Put files in the stead of others in which some events are otherwise, as a landing without events.

    Of these it is said what they were and what they are, so that the certificates of before lead to those behind it.
    Raises Conflict.
    """
    number, (files, removed) = next_number(log, last_landing), change
    left = Landed(number, {}, None, newest_event=before.newest_event)
    total = None if before.total is None else with_others(before.total, taken, put)
    said = metadata(left, replace(before, total=total)) | {TAKEN: written(taken), PUT: written(put)}
    commits.commit(log, LOG, commits.Commit(files, removed, APPLICATION, number, said, {PARTITION: None}))


def with_others(total: Certificate, taken: Certificate, put: Certificate) -> Certificate:
    """The certificate of all the events, of which some are otherwise than they were."""
    return total_of([without(total, taken), put])


def next_number(log: delta.Handle, last_landing: int) -> int:
    """The number of the next landing: above the last that any release covers, should the log have been put back."""
    return max(delta.number(log, APPLICATION), last_landing) + 1

"""An erasure, in steps that can be repeated: killed anywhere, the same command again goes on.

First it is recorded, from when on landings erase; then the log has it, which landings that began before meet. Then come
lines in quarantine and foreign names, and a release of what is left. Last go all that was made of more, at once: older
releases, files, and what Delta logs say of them. So nothing of a person comes back behind the step that took it away.
"""

import getpass
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.clock import micros
from pipelines.engines.base import Engine
from pipelines.erasing import lines, names
from pipelines.erasing.finding import Found, look
from pipelines.erasing.log_files import rewrite
from pipelines.errors import NewsfeedError
from pipelines.events import PERSONAL
from pipelines.landing.quarantine import erased_lines
from pipelines.log.certificate import written
from pipelines.log.erasing import append
from pipelines.log.erasures import BEGUN, FINISHED, Erasures, Record, erasures
from pipelines.log.landings import total_at
from pipelines.maintenance.maintain import clear
from pipelines.maintenance.needs import tables_of
from pipelines.releases.release import all_releases, last_release, require_lake
from pipelines.runs.run import run
from pipelines.runs.steps import Progress
from pipelines.storage import commits, places
from pipelines.storage.lake import Lake
from pipelines.storage.statistics import forget

TOLD = (*(field.name for field in PERSONAL), "term", "name", "raw", "faults")
"""The columns of all tables that may say something personal."""


class UnknownPerson(NewsfeedError):
    """There is nothing of that person."""


class Unfinished(NewsfeedError):
    """All is erased but for files that others may read."""

    transient = True


@dataclass(frozen=True)
class Erased:
    """The records of what was erased, and of how many bytes of files that went; the release that serves since."""

    records: tuple[Record, ...]
    freed: int
    release: int | None


def erase(
    lake: Lake,
    engine: Engine,
    users: Sequence[int],
    reason: str,
    *,
    memory: int | None = None,
    clock: datetime | None = None,
    progress: Progress = lambda _step, _release: None,
) -> Erased:
    """Erase persons, and go on with those of whom it was begun, at a time of the clock (now when None).

    Raises NoLake, UnknownPerson when there is nothing of one of them, Unfinished beside a command that lives, GaveUp,
    DamagedFile, PlaceError, and what a run raises; the same again goes on then.
    """
    require_lake(lake)
    with lake.scratch() as own:  # from now on, maintenance takes away nothing that is read or committed on
        known = erasures(lake)
        found = require_known(look(lake, {*users, *(one.user_id for one in known.unfinished)}), known)
        begun = commits.until_committed(lambda: _begun(lake, found, reason, clock))
        if not begun:
            return Erased((), 0, None)
        rewrite(lake, engine, clock)
        lines.empty(lake, found.as_lines_name_them())
        names.empty(lake, found.persons)
        released = None
        if last_release(lake) is not None:
            released = run(lake, engine, memory=memory, clock=clock, progress=progress).release.number
        freed = _clear(lake, own)
        lines.empty(lake, found.as_lines_name_them())  # those that a landing brought which began before
        done = commits.until_committed(lambda: _finished(lake, clock))
    return Erased(done, freed, released)


def require_known(found: Found, known: Erasures) -> Found:
    """What was found. Raises UnknownPerson when that is nothing of a person of whom nothing was erased either."""
    unknown = [str(user) for user, one in found.persons.items() if not one.is_known and user not in known.last]
    if unknown:
        raise UnknownPerson(f"there is no event, no line in quarantine and no name of user {', '.join(unknown)}")
    return found


def _begun(lake: Lake, found: Found, reason: str, clock: datetime | None) -> list[Record]:
    """The records of what is begun, which are written first. Raises Conflict.

    Who was erased before is erased again only if there is something personal of later.
    """
    known = erasures(lake)
    begun = {one.user_id for one in known.unfinished}
    new = [
        user for user, one in found.persons.items() if user not in begun and (one.has_left or user not in known.last)
    ]
    if new:
        append(lake, known, [_record(lake, found, user, reason, micros(clock)) for user in new])
    return erasures(lake).unfinished


def _record(lake: Lake, found: Found, user: int, reason: str, now: int) -> Record:
    person = found.persons[user]
    return Record(
        number=0,
        step=BEGUN,
        user_id=user,
        until=max(now, person.newest),
        recorded_at=now,
        reason=reason,
        who=_user(),
        events=json.dumps(dict(sorted(person.events.items()))),
        names=person.names,
        lines=(),
        certificate=written(total_at(lake.log)),
    )


def _user() -> str:
    """The user of the system, by number where there is no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _clear(lake: Lake, own: str) -> int:
    """Take away what nothing needs that serves; how many bytes went. Raises Unfinished, and what stopped it."""
    report = clear(lake, own)
    for place in tables_of(lake, all_releases(lake)):
        if places.exists(place):
            forget(place, TOLD)
    if report.faults:
        raise Unfinished(f"not finished, the same command goes on: {report.faults[0]}")
    living = lake.living(own)
    if living:
        raise Unfinished(
            f"not finished: files stay that commands may read which live here, the first since {min(living):%H:%M:%S} "
            "UTC; once they have ended, the same command takes them away"
        )
    return sum(step.freed for step in report.steps.values())


def _finished(lake: Lake, clock: datetime | None) -> tuple[Record, ...]:
    """Record that what was begun is finished. Raises Conflict."""
    known, now, certificate = erasures(lake), micros(clock), written(total_at(lake.log))
    gone = erased_lines(lake)
    told = [
        replace(
            one,
            step=FINISHED,
            recorded_at=now,
            lines=tuple(sorted(_new(known, gone, one.user_id))),
            certificate=certificate,
        )
        for one in known.unfinished
    ]
    append(lake, known, told)
    last = erasures(lake).last
    return tuple(last[one.user_id] for one in told)


def _new(known: Erasures, gone: dict[str, set[int]], user: int) -> set[str]:
    """The SHA-256 of lines of a person that no record has yet."""
    return {digest for digest, persons in gone.items() if user in persons} - known.lines

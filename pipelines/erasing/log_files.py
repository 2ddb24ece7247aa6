"""The log without what is erased: the files that have it are written anew, in one commit, which accounts for it."""

from datetime import datetime
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import flags, no_rows
from pipelines.checks import require_clean, standard_checks
from pipelines.door.erasing import without_payload
from pipelines.engines.base import Engine
from pipelines.erasing.finding import events_of
from pipelines.errors import NewsfeedError
from pipelines.events.log import LOG_FILE
from pipelines.log.certificate import CERTIFIED, SUMS, Certificate, recomputed, total_of
from pipelines.log.erasing import chosen
from pipelines.log.erasures import Erasures, erasures
from pipelines.log.landings import erase, newest
from pipelines.log.late import take_in
from pipelines.log.whole_rows import some_by_type
from pipelines.releases.release import last_landing, last_release
from pipelines.storage import commits, delta, parquet, places
from pipelines.storage.datafiles import DataFile
from pipelines.storage.file_writer import FileWriter
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned


class UnknownColumns(NewsfeedError):
    """A file of the log has columns that a newer contract gave it, which would be lost."""


class NotAsMany(NewsfeedError):
    """What was written has not as many events as what was read."""


class Rewritten(NamedTuple):
    """A file that stands for another one: the path of that, and the certificates of the events that are otherwise."""

    path: str
    file: DataFile
    taken: Certificate
    put: Certificate


def rewrite(lake: Lake, engine: Engine, clock: datetime | None = None) -> None:
    """Commit the log without what is erased, also where nothing is: landings that began before conflict with it.

    Raises GaveUp, DamagedFile, PlaceError, OtherLog, UnknownColumns; nothing is changed then.
    """

    def attempt() -> None:
        log = delta.find(lake.log)
        if log is None:
            return
        last = last_release(lake)
        if take_in(lake, log, last, clock) is not None:
            log = delta.find(lake.log) or log
        before, known = newest(lake.log, log), erasures(lake)
        with owned({lake.log: log}) as mark:
            made = engine.run(partial(_rewritten, lake.log, known, mark), delta.paths(log))
            found = [one for one in made if one is not None]
            change = tuple(one.file for one in found), tuple(one.path for one in found)
            taken, put = (total_of(getattr(one, name) for one in found) for name in ("taken", "put"))
            erase(log, change, taken, put, before, last_landing(lake, last))

    commits.until_committed(attempt)


def _rewritten(place: str, known: Erasures, mark: str, path: str) -> Rewritten | None:
    """The task: a file as it is without what is erased; None where that changes nothing."""
    if not _has_any(place, known, path):
        return None
    taken, put = [no_rows(SUMS)], [no_rows(SUMS)]
    folder = f"{path.rpartition('/')[0]}/"
    writer = FileWriter(place, LOG_FILE, 0, standard_checks(LOG_FILE)[1:], folder, hashed=False, mark=mark)
    read = 0
    for name, events in some_by_type(places.join(place, path)):
        theirs, left = chosen(events, known), events
        if theirs.any():
            left = without_payload(events, theirs)
            taken.append(CERTIFIED.rows(name, events.filter(flags(theirs))))
            put.append(CERTIFIED.rows(name, left.filter(flags(theirs))))
        for batch in left.combine_chunks().to_batches(LOG_FILE.row_group):
            writer.write(batch)
        read += events.num_rows
    file = writer.close()
    require_clean("log", writer.findings())
    if file.rows != read:
        raise NotAsMany(f"{path}: read {read:,} events and wrote {file.rows:,}, nothing is committed")
    return Rewritten(path, file, *(recomputed(pa.concat_tables(sums)) for sums in (taken, put)))


def _has_any(place: str, known: Erasures, path: str) -> bool:
    """Whether a file has events of which something is erased. Raises UnknownColumns for one that must stay as it is."""
    users = np.array(sorted(known.until), np.int64)
    has_any = any(chosen(events, known).any() for events in events_of(places.join(place, path), users))
    if has_any:
        with parquet.opened(places.join(place, path)) as file:
            more = sorted(set(file.schema_arrow.names) - set(LOG_FILE.names))
        if more:
            raise UnknownColumns(
                f"{path} has columns that are not known here, {', '.join(more)}: erase by that version"
            )
    return has_any

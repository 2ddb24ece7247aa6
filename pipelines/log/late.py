"""Late files: what another tool added to the log, which no landing's certificate covers, becomes a landing.

Its events get the number of that landing, and the time of it, for only now are they known, and the hash of what they
say, whatever their tool wrote; of those whose ids stand already none is taken. So a release of them, and one of before,
are made of just what their certificates say.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Int64s, arrow, flags, int64s, no_rows
from pipelines.checks import require_clean, standard_checks
from pipelines.clock import date_of, micros, moment
from pipelines.events.log import LOG, LOG_FILE, PARTITION
from pipelines.log.certificate import APPLICATION, CERTIFIED, SUMS, counted, recomputed
from pipelines.log.contents import with_hashes
from pipelines.log.continuity import covered
from pipelines.log.erasing import erased
from pipelines.log.erasures import erasures
from pipelines.log.landings import LANDING, Landed, landings, metadata, newest, next_number
from pipelines.log.whole_rows import by_type
from pipelines.releases.release import Release, last_landing
from pipelines.storage import commits, delta, deltalog, logfiles, places
from pipelines.storage.datafiles import DataFile
from pipelines.storage.file_writer import FileWriter
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned

COMPACTION = "compaction"
"""Under which name a compaction's commit says what it did."""

Events = dict[str, pa.Table]


@dataclass(frozen=True)
class Late:
    """What was taken in: the landing that it became, the files, how many events, and how many whose ids stood."""

    landing: int
    files: tuple[str, ...]
    events: int
    left_out: int


def late_files(place: str, log: delta.Handle, last: Release | None) -> list[str]:
    """The paths of the files that others added to the log since the last release. Raises OtherLog, DamagedLog."""
    since, entries = _version_of(place, log, last), range(int(log.version()) + 1)
    there = set(deltalog.commits(place)).intersection(entries)
    found = set[str]()
    for version in sorted(one for one in there if one > since):
        entry = deltalog.entry(place, version)
        if not _is_ours(entry) and not entry.paths("remove"):
            found |= entry.paths("add")
    if found:  # what once landed, went, and was put back is not late: a landing's certificate covers it
        ours = (entry for version in there if _is_ours(entry := deltalog.entry(place, version)))
        found = found.intersection(delta.paths(log)).difference(*(entry.paths("add") for entry in ours))
    return sorted(found)


def _is_ours(entry: deltalog.Entry) -> bool:
    return LANDING in entry.info or COMPACTION in entry.info


def _version_of(place: str, log: delta.Handle, last: Release | None) -> int:
    """The version of the log that a release covers, or from which it was gone on; -1 where there is none."""
    if last is None:
        return -1
    landed = covered(place, log, last)
    if landed is None:
        landed = next(one for one in landings(place, log) if one.given_up is not None or one.erased is not None)
    return int(log.version()) if landed.version is None else landed.version


def take_in(lake: Lake, log: delta.Handle, last: Release | None, clock: datetime | None) -> Late | None:
    """Let late files become a landing at a time of the clock; None where there are none.

    Raises OtherLog, DamagedFile, AuditError for what is no event, and Conflict.
    """
    place, late = lake.log, late_files(lake.log, log, last)
    if not late:
        return None
    now, number = micros(clock), next_number(log, last_landing(lake, last))
    read = by_type(places.join(place, path) for path in late)
    others = [file for path, file in zip(delta.paths(log), delta.uris(place, log), strict=True) if path not in late]
    standing = _standing(read, _ids(others, read))
    known = erasures(lake)
    told = {kind: erased(some, known) or some for kind, some in with_hashes(standing).items()}
    events = {kind: _landed(some, number, now) for kind, some in told.items()}
    own = recomputed(pa.concat_tables([no_rows(SUMS), *(CERTIFIED.rows(kind, some) for kind, some in events.items())]))
    times = [int(found.max()) for found in _past(events, now) if len(found)]
    said = metadata(Landed(number, own, None, newest_event=moment(max(times)) if times else None), newest(place, log))
    with owned({place: log}, f"{PARTITION}={date_of(now)}") as mark:
        files = _written(place, events, now, mark)
        change = commits.Commit(files, tuple(late), APPLICATION, number, said, {PARTITION: date_of(now)})
        commits.commit(log, LOG, change)
    return Late(number, tuple(late), counted(own), sum(some.num_rows for some in read.values()) - counted(own))


def _ids(files: list[str], read: Events) -> pa.Array:
    """Those of the events' ids that events of these files have."""
    wanted = pa.concat_arrays(
        [pa.array([], pa.string()), *(chunk for some in read.values() for chunk in _chunks(some))]
    )
    found = [pa.array([], pa.string())]
    for place in files:
        for _, rows in logfiles.by_type(place, lambda _: ["event_id"]):
            found += rows["event_id"].filter(pc.is_in(rows["event_id"], wanted)).chunks
    return pa.concat_arrays(found)


def _chunks(events: pa.Table) -> list[pa.Array]:
    return list(events["event_id"].chunks)


def _standing(read: Events, known: pa.Array) -> Events:
    """The events whose ids are not known, each id once."""
    seen, found = set(known.to_pylist()), {}
    for kind, events in read.items():
        stands = np.zeros(events.num_rows, np.bool_)
        for row, event_id in enumerate(events["event_id"].to_pylist()):
            stands[row] = event_id not in seen
            seen.add(event_id)
        found[kind] = events.filter(flags(stands))
    return found


def _landed(events: pa.Table, number: int, now: int) -> pa.Table:
    """Events as a landing at a time brings them."""
    for name, value in (("landing", number), ("ingestion_time", now)):
        column = arrow(np.full(events.num_rows, value, np.int64), LOG_FILE.arrow.field(name).type)
        events = events.set_column(events.column_names.index(name), name, column)
    return events


def _past(events: Events, now: int) -> list[Int64s]:
    """The times of the events of each type that are not in the future."""
    times = [int64s(some["event_time"]) for some in events.values()]
    return [found[found <= now] for found in times]


def _written(place: str, events: Events, now: int, mark: str) -> tuple[DataFile, ...]:
    """A new file with the events, none where there are none. Raises AuditError."""
    if not any(some.num_rows for some in events.values()):
        return ()
    folder = f"{PARTITION}={date_of(now)}/"
    writer = FileWriter(place, LOG_FILE, 0, standard_checks(LOG_FILE)[1:], folder, hashed=False, mark=mark)
    for some in events.values():
        for batch in some.combine_chunks().to_batches(LOG_FILE.row_group):
            writer.write(batch)
    file = writer.close()
    require_clean("log", writer.findings())
    return (file,)

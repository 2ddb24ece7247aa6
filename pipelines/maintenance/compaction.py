"""Compaction of the log: small files of a partition become one, with the same events in the same order of types.

Nothing of an event changes, the landing that brought it neither; what landed is certified before the commit. A landing
at the same time only adds files, so both come about; of two compactions of the same files one does.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pyarrow as pa

from pipelines.arrays import no_rows
from pipelines.checks import require_clean, standard_checks
from pipelines.errors import NewsfeedError
from pipelines.events.log import LOG, LOG_FILE, PARTITION
from pipelines.log.certificate import CERTIFIED, Certificate, differences, recomputed
from pipelines.log.continuity import OtherLog
from pipelines.log.late import COMPACTION, late_files
from pipelines.log.whole_rows import by_type
from pipelines.releases.release import last_release
from pipelines.storage import commits, delta, logfiles, parquet, places
from pipelines.storage.datafiles import DataFile
from pipelines.storage.file_writer import FileWriter
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned

APPLICATION = "compaction"
SMALL = 8 << 20
"""The bytes below which a file is small."""
TOGETHER = 32 << 20
"""The bytes of the small files that become one at most: what a task of a run reads, all in memory here."""


class NotTheSame(NewsfeedError):
    """What was written is not what was read."""


@dataclass(frozen=True)
class Group:
    """Small files of a partition that become one: their paths, and how many bytes they have."""

    date: str
    paths: tuple[str, ...]
    size: int


def groups(lake: Lake, handle: delta.Handle | None) -> list[Group]:
    """The files of a version of the log that are to be compacted, partition by partition."""
    if handle is None:
        return []
    facts, late = delta.facts_of_files(handle, ["path", "size_bytes", f"partition.{PARTITION}"]), _late(lake, handle)
    by_date: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for path, size, date in facts:
        if date is not None and size < SMALL and path not in late:
            by_date[str(date)].append((size, path))
    return [group for date in sorted(by_date) for group in _grouped(lake, date, sorted(by_date[date]))]


def _late(lake: Lake, handle: delta.Handle) -> list[str]:
    """The files that the next run takes in: among others they would not be found."""
    with suppress(OtherLog):
        return late_files(lake.log, handle, last_release(lake))
    return delta.paths(handle)


def _grouped(lake: Lake, date: str, files: list[tuple[int, str]]) -> Iterator[Group]:
    """Small files, given in order of size, in groups; no one is larger than twice all the others.

    So an event is written anew only when its file grows by a half: a few times, however often the log is compacted.
    """
    while files:
        taken, total = [files[0]], files[0][0]
        while len(taken) < len(files) and total + files[len(taken)][0] <= TOGETHER:
            total += files[len(taken)][0]
            taken.append(files[len(taken)])
        files = files[len(taken) :]
        while len(taken) > 1 and 3 * taken[-1][0] > 2 * total:
            total -= taken.pop()[0]
        known = [(size, path) for size, path in taken if _is_known(places.join(lake.log, path))]
        if len(known) > 1:
            yield Group(date, tuple(path for _, path in known), sum(size for size, _ in known))


def _is_known(place: str) -> bool:
    """Whether a file has no columns but those that are known here: others would be lost."""
    with parquet.opened(place) as file:
        return set(file.schema_arrow.names) <= set(LOG_FILE.names)


def compact(lake: Lake, date: str) -> list[tuple[Group, int]]:
    """Compact a partition in one commit; the groups with the size of the file that each became.

    Raises GaveUp, DamagedFile, PlaceError, NotTheSame; nothing is changed then.
    """

    def attempt() -> list[tuple[Group, int]]:
        handle = delta.find(lake.log)
        found = [group for group in groups(lake, handle) if group.date == date]
        if handle is None or not found:
            return []
        folder = f"{PARTITION}={date}"
        with owned({lake.log: handle}, folder) as mark:
            files = [_rewritten(lake, group, folder, mark) for group in found]
            removed = tuple(path for group in found for path in group.paths)
            number = delta.number(handle, APPLICATION) + 1
            said = {COMPACTION: f"{len(removed)} files became {len(files)}"}
            change = commits.Commit(
                tuple(files), removed, APPLICATION, number, said, {PARTITION: date}, rearranges=True
            )
            commits.commit(handle, LOG, change)
        return [(group, file.size) for group, file in zip(found, files, strict=True)]

    return commits.until_committed(attempt)


def _rewritten(lake: Lake, group: Group, folder: str, mark: str) -> DataFile:
    """A new file with the events of a group's files. Raises NotTheSame."""
    read = sorted((places.join(lake.log, path) for path in group.paths), key=_first_landing)
    checks = standard_checks(LOG_FILE)[1:]
    writer = FileWriter(lake.log, LOG_FILE, 0, checks, f"{folder}/", hashed=False, mark=mark)
    for events in by_type(read).values():
        for batch in events.combine_chunks().to_batches(LOG_FILE.row_group):
            writer.write(batch)
    file = writer.close()
    require_clean("log", writer.findings())
    wrong = differences(_certificate(read), _certificate([places.join(lake.log, file.path)]))
    if wrong:
        raise NotTheSame("\n".join([f"compacting {lake.log} changed what landed, nothing is committed:", *wrong]))
    return file


def _first_landing(place: str) -> int:
    """The first landing that brought events of a file."""
    with parquet.opened(place) as file:
        return min((int(n.as_py()) for n in parquet.rows(place, file, ["landing"])["landing"]), default=0)


def _certificate(files: list[str]) -> Certificate:
    """The certificate of the events in some files."""
    fields = list(CERTIFIED.fields)
    sums = [
        CERTIFIED.rows(name, events) for place in files for name, events in logfiles.by_type(place, lambda _: fields)
    ]
    return recomputed(pa.concat_tables([no_rows(CERTIFIED.schema), *sums]))

"""Releases expire: their records are taken away by a commit, which says which they were; the last one never is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import with_columns
from pipelines.checks import standard_checks
from pipelines.releases.expiries import EXPIRED
from pipelines.releases.records import RELEASES
from pipelines.releases.release import Release, records
from pipelines.storage import commits, datafiles, delta, places
from pipelines.storage.datafiles import DataFile
from pipelines.storage.file_writer import FileWriter
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned

APPLICATION = "expiry"


@dataclass(frozen=True)
class Limits:
    """What is kept of the releases: the last so many, those of the last so many days; all when neither is given."""

    keep: int | None = None
    keep_days: float | None = None

    def kept(self, found: list[Release], now: datetime) -> list[Release]:
        """The releases, of these in order, that are within a limit, with all that follow one; always the last."""
        if self.keep is None and self.keep_days is None:
            return found
        first = len(found) - max(1, self.keep or 0)
        if self.keep_days is not None:
            oldest = now - timedelta(days=self.keep_days)
            recent = (place for place, one in enumerate(found) if one.released_at >= oldest)
            first = min(first, next(recent, first))
        return found[max(0, first) :]


def expire(lake: Lake, limits: Limits, now: datetime) -> list[int]:
    """Take the records of the releases away that are not within the limits; their numbers. Raises GaveUp."""

    def attempt() -> list[int]:
        handle = delta.find(lake.releases)
        found = [] if handle is None else records(handle)
        kept = limits.kept(found, now)
        expired = [one.number for one in found[: len(found) - len(kept)]]
        if handle is not None and expired:
            _commit(lake, handle, max(expired))
        return expired

    return commits.until_committed(attempt)


def files_of(lake: Lake, expired: list[int]) -> list[int]:
    """The sizes of the files of the releases' table that have the records of these, which are the first."""
    handle = delta.find(lake.releases)
    if handle is None or not expired:
        return []
    facts = delta.facts_of_files(handle, ["size_bytes", "max.release"])
    return [size for size, greatest in facts if greatest is not None and int(greatest) <= max(expired)]


def _commit(lake: Lake, handle: delta.Handle, upto: int) -> None:
    """Take the records up to one away from the version that the handle shows. Raises Conflict."""
    facts = delta.facts_of_files(handle, ["path", "min.release"])
    removed = tuple(path for path, least in facts if least is None or int(least) <= upto)
    with owned({lake.releases: handle}) as mark:
        left = _left(lake, removed, upto, mark)
        said = {EXPIRED: str(upto)}
        commits.commit(handle, RELEASES, commits.Commit(left, removed, APPLICATION, upto, said, {}))


def _left(lake: Lake, files: tuple[str, ...], upto: int, mark: str) -> tuple[DataFile, ...]:
    """A new file with the records after one that some files have, if there are any."""
    found = (datafiles.read(places.join(lake.releases, path), None) for path in files)
    rows = pa.concat_tables(with_columns(some, RELEASES.arrow) for some in found)
    rows = rows.filter(pc.greater(rows["release"], upto)).sort_by("release")
    if not rows.num_rows:
        return ()
    writer = FileWriter(lake.releases, RELEASES, 0, standard_checks(RELEASES), mark=mark)
    for batch in rows.cast(RELEASES.arrow).combine_chunks().to_batches():
        writer.write(batch)
    return (writer.close(),)

"""Verification by a rebuild: the rows that are served are those that the events of the release make."""

from pipelines.engines.base import Engine
from pipelines.releases.release import Release, Released
from pipelines.runs.publishing import projections
from pipelines.runs.rebuilding import Rebuilt, Source, rebuilt
from pipelines.runs.steps import Progress
from pipelines.storage.checksums import DamagedFile
from pipelines.storage.datafiles import Content
from pipelines.storage.deltalog import DamagedLog
from pipelines.storage.lake import Lake
from pipelines.verification.differences import by_row
from pipelines.verification.findings import Finding
from pipelines.verification.released import files_of, otherwise
from pipelines.verification.rows import Rows


def verify(
    lake: Lake, release: Release, engine: Engine, memory: int, progress: Progress = lambda _step, _release: None
) -> list[Finding]:
    """What is found of each table of a release when it is made of the log again, and compared.

    Raises OtherLog, GivenUp, IncompleteLog, AuditError, and DamagedFile where the log's own files are damaged.
    """
    with rebuilt(Source.of_release(lake, release), engine, memory, progress=progress) as again:
        return [_compared(lake, name, released, again, progress) for name, released in release.tables.items()]


def _compared(lake: Lake, name: str, released: Released, again: Rebuilt, progress: Progress) -> Finding:
    """What is found of one table."""
    made = again.staged.get(name)
    if made is None:
        return Finding(name, None, skipped="no such table is made any more")
    if released.projection != projections()[name].version:
        return Finding(name, None, skipped="made by other rules than today's, so it cannot be compared")
    progress(f"compare {name}", None)
    expected = Rows(made.table, tuple(file.place for file in made.ranges))
    wanted = Content(made.rows, int(made.content_hash))
    try:
        served = Rows(made.table, tuple(place for place, _ in files_of(lake, name, released)))
        found = served.content()
        differences, more = ((), ()) if found == wanted else by_row(served, expected)
    except (DamagedFile, DamagedLog) as fault:
        return Finding(name, None, (str(fault),))
    return Finding(name, found.rows, (*otherwise(released, found), *more), differences)

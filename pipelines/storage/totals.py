"""The total of a table: what its rows are together, as its commits say, so also of what a damaged file had."""

from collections.abc import Iterable, Sequence

from pipelines.hashing import content_hash
from pipelines.storage import datafiles, delta, deltalog, places
from pipelines.storage.datafiles import NO_ROWS, Content, DataFile, total

TOTAL = "total"
"""Under which name a commit says how many rows the table has then, and the hash of them all."""


def said(place: str, handle: delta.Handle) -> Content | None:
    """The total of a version of a table; None where its commits do not say it, or not any more."""
    for version in range(int(handle.version()), -1, -1):
        try:
            entry = deltalog.entry(place, version)
        except (deltalog.DamagedLog, places.PlaceError):
            return None
        if TOTAL in entry.info:
            return Content(*map(int, entry.info[TOTAL].split()))
        if entry.operation == "CREATE TABLE":
            return NO_ROWS
        if deltalog.ACTIONS in entry.info:
            return None
    return None


def after(
    place: str, handle: delta.Handle, added: Iterable[DataFile], gone: Content | None = NO_ROWS
) -> dict[str, str]:
    """What a commit on a version of a table says of its total, which adds files, and after which some rows are gone."""
    before = said(place, handle)
    if before is None or gone is None:
        return {}
    found = total([without(before, gone), of(added)])
    return {TOTAL: f"{found.rows} {found.hash}"}


def of(files: Iterable[DataFile]) -> Content:
    """What the rows of files are together that were just written."""
    return total(Content(file.rows, file.content_hash) for file in files)


def without(some: Content, others: Content) -> Content:
    """What is left of rows without some of them."""
    return Content(some.rows - others.rows, some.hash - others.hash)


def of_files(files: Iterable[str], columns: Sequence[str]) -> Content:
    """What the rows of data files are together, by some of their columns. Raises DamagedFile, PlaceError."""
    batches = (batch.select(columns) for place in files for batch in datafiles.batches(place, list(columns)))
    return total(Content(batch.num_rows, content_hash(batch)) for batch in batches)

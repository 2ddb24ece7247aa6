"""Foreign names of persons and of their posts: found, and emptied, so that no name stands for their ids any more."""

from collections.abc import Container

import numpy as np
import pyarrow as pa

from pipelines.adapters import FORMATS, load_person_of
from pipelines.arrays import Bools
from pipelines.checks import standard_checks
from pipelines.events.log import IDENTITIES
from pipelines.landing.naming import APPLICATION, WHOLE_TABLE, without_names
from pipelines.storage import commits, datafiles, delta, places, totals
from pipelines.storage.datafiles import DataFile
from pipelines.storage.file_writer import FileWriter
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned


def of(lake: Lake, persons: Container[int]) -> dict[bytes, int]:
    """The names that are of persons, or of their posts, with the person of each."""
    handle = delta.find(lake.identities)
    found: dict[bytes, int] = {}
    for place in [] if handle is None else delta.uris(lake.identities, handle):
        for name in datafiles.read(place, ["name"])["name"].to_pylist():
            person = _person_of(name, persons)
            if person is not None:
                found[name.encode()] = person
    return found


def _person_of(name: str, persons: Container[int]) -> int | None:
    """Of whom of these persons a name is."""
    if not name:
        return None
    asked = (person_of(name) for person_of in map(load_person_of, FORMATS) if person_of is not None)
    return next((person for person in asked if person in persons), None)


def empty(lake: Lake, persons: Container[int]) -> None:
    """Empty the names that are of persons, in one commit. Raises GaveUp, DamagedFile, PlaceError."""

    def attempt() -> None:
        handle = delta.find(lake.identities)
        if handle is None:
            return
        gone, files = list[str](), list[DataFile]()
        with owned({lake.identities: handle}) as mark:
            for path in delta.paths(handle):
                rows = datafiles.read(places.join(lake.identities, path), list(IDENTITIES.names))
                theirs = [_person_of(name, persons) is not None for name in rows["name"].to_pylist()]
                if any(theirs):
                    gone.append(path)
                    files.append(_written(lake, rows, np.array(theirs, np.bool_), mark))
            if gone:
                before = totals.of_files((places.join(lake.identities, path) for path in gone), IDENTITIES.names)
                number, said = (
                    delta.number(handle, APPLICATION) + 1,
                    totals.after(lake.identities, handle, files, before),
                )
                change = commits.Commit(tuple(files), tuple(gone), APPLICATION, number, said, WHOLE_TABLE)
                commits.commit(handle, IDENTITIES, change)

    commits.until_committed(attempt)


def _written(lake: Lake, rows: pa.Table, theirs: Bools, mark: str) -> DataFile:
    """A new file with the rows, of which some have no name."""
    rows = without_names(rows, theirs)
    writer = FileWriter(lake.identities, IDENTITIES, 0, standard_checks(IDENTITIES), mark=mark)
    for batch in rows.cast(IDENTITIES.arrow).combine_chunks().to_batches(max_chunksize=IDENTITIES.row_group):
        writer.write(batch)
    return writer.close()

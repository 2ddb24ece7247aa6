"""Events with all columns that a data file of the log has, as they stand: for who writes them to another file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyarrow as pa

from pipelines.arrays import repeated, with_columns
from pipelines.events.log import LOG_FILE
from pipelines.storage import logfiles
from pipelines.storage.logfiles import TYPE


def by_type(files: Iterable[str]) -> dict[str, pa.Table]:
    """All events of some files by their type. Raises DamagedFile, PlaceError."""
    found: dict[str, list[pa.Table]] = defaultdict(list)
    for place in files:
        for name, events in some_by_type(place):
            found[name].append(events)
    return {name: pa.concat_tables(events) for name, events in sorted(found.items())}


def some_by_type(place: str) -> Iterator[tuple[str, pa.Table]]:
    """All events of a file, some of one type at a time, in order. Raises DamagedFile, PlaceError."""
    for name, events in logfiles.by_type(place, lambda _: list(LOG_FILE.names)):
        yield name, _whole(name, events)


def _whole(name: str, events: pa.Table) -> pa.Table:
    """Events of one type with all columns of the log."""
    if TYPE in events.schema.names:
        events = events.drop_columns([TYPE])
    named = events.append_column(TYPE, repeated(name, events.num_rows))
    return with_columns(named, LOG_FILE.arrow).cast(LOG_FILE.arrow)

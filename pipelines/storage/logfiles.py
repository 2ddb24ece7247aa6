"""The log's files read type by type: their rows are sorted by type, so most row groups have events of one type only."""

from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.arrays import is_text
from pipelines.storage import parquet

TYPE = "event_type"


def by_type(place: str, columns: Callable[[str], list[str]]) -> Iterator[tuple[str, pa.Table]]:
    """The events of a file, some of one type at a time, with the columns of that type; those that it lacks left out.

    Types of which no column is asked for are passed over.

    Raises DamagedFile, PlaceError.
    """
    with parquet.opened(place, read_dictionary=[TYPE]) as file:
        for group in range(file.num_row_groups):
            only = _only_type(file, group)
            if only is not None:
                if asked := columns(only):
                    yield only, parquet.rows(place, file, asked, [group])
                continue
            types = parquet.rows(place, file, [TYPE], [group])[TYPE]
            for name in pc.unique(types).to_pylist():
                if asked := columns(name):
                    yield name, parquet.rows(place, file, asked, [group]).filter(is_text(types, name))


def _only_type(file: pq.ParquetFile, group: int) -> str | None:
    """The type of all events of a row group, if its statistics say that there is but one."""
    said = parquet.statistics(file, group, TYPE)
    alike = said is not None and said.has_min_max and said.min == said.max and not said.null_count
    return str(said.min) if alike else None

"""The log's files read type by type: their rows are sorted by type, so most row groups have events of one type only."""

from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.arrays import is_text
from pipelines.storage import places

TYPE = "event_type"


def by_type(place: str, columns: Callable[[str], list[str]]) -> Iterator[tuple[str, pa.Table]]:
    """The events of a file, some of one type at a time, with the columns of that type; those that it lacks left out."""
    if not places.is_url(place):
        yield from _by_type(pq.ParquetFile(place, read_dictionary=[TYPE]), columns)
        return
    with places.reading(place) as file:
        yield from _by_type(pq.ParquetFile(file, read_dictionary=[TYPE]), columns)


def _by_type(file: pq.ParquetFile, columns: Callable[[str], list[str]]) -> Iterator[tuple[str, pa.Table]]:
    for group in range(file.num_row_groups):
        only = _only_type(file, group)
        if only is not None:
            yield only, file.read_row_group(group, columns(only), use_threads=False)
            continue
        types = file.read_row_group(group, [TYPE], use_threads=False)[TYPE]
        for name in pc.unique(types).to_pylist():
            yield name, file.read_row_group(group, columns(name), use_threads=False).filter(is_text(types, name))


def _only_type(file: pq.ParquetFile, group: int) -> str | None:
    """The type of all events of a row group, if its statistics say that there is but one."""
    said = file.metadata.row_group(group).column(file.metadata.schema.names.index(TYPE)).statistics
    alike = said is not None and said.has_min_max and said.min == said.max and not said.null_count
    return str(said.min) if alike else None

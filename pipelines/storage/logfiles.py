"""The log's files read type by type: their rows are sorted by type, so most row groups have events of one type only."""

from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

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
        types = file.read_row_group(group, [TYPE], use_threads=False)[TYPE]
        names = pc.unique(types).to_pylist()
        for name in names:
            events = file.read_row_group(group, columns(name), use_threads=False)
            yield name, events if len(names) == 1 else events.filter(pc.equal(types, name))

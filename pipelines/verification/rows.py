"""The rows of a table's files, by their hashes: what differs is found without holding more than these."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import Bools, Int64s, flags, int64s, no_rows, with_columns
from pipelines.cores import cores
from pipelines.hashing import content_hash, row_hashes
from pipelines.storage import datafiles
from pipelines.storage.datafiles import Content, total
from pipelines.tables import Table

Found = TypeVar("Found")
Hashes = npt.NDArray[np.uint64]

READ_AT_MOST = 100_000
"""So many hashes of rows that differ are looked for in a table at most."""


@dataclass(frozen=True)
class Rows:
    """The rows of some data files of a table, whoever wrote these; reading raises DamagedFile and PlaceError."""

    table: Table
    files: tuple[str, ...]

    def content(self) -> Content:
        """How many there are, and the hash of them all, whatever footers say."""
        return total(self._of_each(self._content))

    def hashes(self) -> Hashes:
        """The hash of each row, in any order."""
        return np.concatenate([np.empty(0, np.uint64), *self._of_each(self._hashes)])

    def with_hashes(self, wanted: Hashes) -> pa.Table:
        """The rows that have one of these hashes, which ascend."""
        found = [no_rows(self.table.arrow)]
        for place in self.files:
            found += self._chosen(wanted, place)
        return pa.concat_tables(found)

    def chosen(self, column: str, choose: Callable[[Int64s], Bools]) -> pa.Table:
        """The rows whose ids in a column are chosen."""

        def some(place: str) -> list[pa.Table]:
            rows = (pa.Table.from_batches([batch]) for batch in self._batches(place))
            return [found.filter(flags(choose(int64s(found[column])))) for found in rows]

        return pa.concat_tables([no_rows(self.table.arrow), *chain.from_iterable(self._of_each(some))])

    def _of_each(self, task: Callable[[str], Found]) -> list[Found]:
        with ThreadPoolExecutor(cores()) as threads:
            return list(threads.map(task, self.files))

    def _content(self, place: str) -> Content:
        return total(Content(len(batch), content_hash(batch)) for batch in self._batches(place))

    def _hashes(self, place: str) -> Hashes:
        return np.concatenate([np.empty(0, np.uint64), *map(row_hashes, self._batches(place))])

    def _chosen(self, wanted: Hashes, place: str) -> list[pa.Table]:
        chosen = partial(_are_among, wanted)
        return [
            pa.Table.from_batches([batch]).filter(flags(chosen(row_hashes(batch)))) for batch in self._batches(place)
        ]

    def _batches(self, place: str) -> Iterator[pa.RecordBatch]:
        for batch in datafiles.batches(place, list(self.table.names)):
            rows = with_columns(pa.Table.from_batches([batch]), self.table.arrow)
            yield from rows.cast(self.table.arrow).to_batches()


def hashes_of(rows: pa.Table) -> Hashes:
    """The hash of each row, in their order."""
    return np.concatenate([np.empty(0, np.uint64), *map(row_hashes, rows.to_batches())])


def uneven(some: Hashes, others: Hashes) -> Hashes:
    """The hashes that one of the two has more often than the other, ascending."""
    hashes, places = np.unique(np.concatenate([some, others]), return_inverse=True)
    times = np.bincount(places[: len(some)], minlength=len(hashes))
    found: Hashes = hashes[times != np.bincount(places[len(some) :], minlength=len(hashes))]
    return found


def _are_among(some: Hashes, hashes: Hashes) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = some[np.minimum(np.searchsorted(some, hashes), len(some) - 1)] == hashes
    return found

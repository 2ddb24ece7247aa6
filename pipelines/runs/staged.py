"""What the tables of a run are built with, and what is built: data files that are staged, not yet committed."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from pipelines.engines.base import Engine
from pipelines.policy import Policy
from pipelines.ranges import FileRange, Ranges
from pipelines.storage import places
from pipelines.storage.datafiles import NO_ROWS, Content, DataFile
from pipelines.storage.lake import Lake
from pipelines.tables import Table

FACTS_PER_BUCKET = 1 << 20
"""As many as a bucket has at least: what a task makes of them stays mostly in the cache."""

ENOUGH_BUCKETS = 32
"""Above as many, larger ones are quicker: what belongs to others is sent in fewer and larger pieces."""

BYTES_PER_EVENT = 512
"""What a task holds of its bucket for each event that it goes through at once, or fact that lives, at most."""


@dataclass(frozen=True)
class BuildContext:
    """What every table of a run is built with: the lake, the engine, the policy, the number of buckets.

    `memory` is how many bytes all tasks that run at once may hold, `mark` what the names of data files begin with,
    `portions` in how many a bucket's events are gone through where all are.
    """

    lake: Lake
    engine: Engine
    policy: Policy
    buckets: int
    memory: int
    mark: str | None = None
    portions: int = 1

    def staging(self) -> AbstractContextManager[str]:
        """A new folder for what tasks write and read again, gone when it is done."""
        return self.lake.staging(is_local=self.engine.shares_memory)


@dataclass(frozen=True)
class Staged:
    """A table's new data files, written and checked, not yet committed, and those of the last release that it keeps."""

    table: Table
    place: str
    files: tuple[DataFile, ...]
    kept: Ranges = ()
    kept_content: Content = NO_ROWS

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return self.kept_content.rows + sum(file.rows for file in self.files)

    @property
    def content_hash(self) -> str:
        """The hash of all rows, in any order."""
        return str(self.kept_content.hash + sum(file.content_hash for file in self.files))

    @property
    def ranges(self) -> Ranges:
        """All files, by bucket and range."""
        new = (FileRange(one.bucket, one.first, one.last, self._at(one), one.rows) for one in self.files)
        return tuple(sorted([*self.kept, *new]))

    def replaced(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Those of a version's files, below the table's place, that the table does not keep."""
        kept = {file.place for file in self.kept}
        return tuple(path for path in paths if places.join(self.place, path) not in kept)

    def discard(self) -> None:
        """Remove the new files."""
        for file in self.files:
            places.remove(self._at(file))

    def _at(self, file: DataFile) -> str:
        return places.join(self.place, file.path)


def buckets_for(facts: int, memory: int) -> int:
    """The number of buckets, a power of two; a task that makes one holds its share of the facts within the memory."""
    share = min(max(FACTS_PER_BUCKET, facts // ENOUGH_BUCKETS), memory // BYTES_PER_EVENT)
    return 1 << max(0, -(-facts // share) - 1).bit_length()


def portions_for(events: int, buckets: int, memory: int) -> int:
    """In how many portions a task goes through its bucket's events, so that it holds one within the memory."""
    return max(1, -(-events // (buckets * (memory // BYTES_PER_EVENT))))

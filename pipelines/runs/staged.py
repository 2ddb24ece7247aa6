"""What the tables of a run are built with, and what is built: data files that are staged, not yet committed."""

from dataclasses import dataclass

from pipelines.engines.base import Engine
from pipelines.policy import Policy
from pipelines.storage import places
from pipelines.storage.datafiles import DataFile
from pipelines.storage.lake import Lake
from pipelines.tables import Table

EVENTS_PER_BUCKET = 1 << 20
"""As many as a bucket has at least: what a task makes of them stays mostly in the cache."""

ENOUGH_BUCKETS = 32
"""Above as many, larger ones are quicker: what belongs to others is sent in fewer and larger pieces."""

BYTES_PER_EVENT = 512
"""What a task holds of its bucket for each event of the log that is the bucket's share, at most."""

Places = tuple[tuple[int, str], ...]
"""By bucket, where a table's files are."""


@dataclass(frozen=True)
class BuildContext:
    """What every table of a run is built with: the lake, the engine, the policy, the number of buckets.

    `memory` is how many bytes all tasks that run at once may hold, `mark` what the names of data files begin with.
    """

    lake: Lake
    engine: Engine
    policy: Policy
    buckets: int
    memory: int
    mark: str | None = None


@dataclass(frozen=True)
class Staged:
    """A table's data files, written and checked, not yet committed."""

    table: Table
    place: str
    files: tuple[DataFile, ...]

    @property
    def rows(self) -> int:
        """How many rows the files hold."""
        return sum(file.rows for file in self.files)

    @property
    def content_hash(self) -> str:
        """The hash of all rows, in any order."""
        return str(sum(file.content_hash for file in self.files))

    @property
    def places(self) -> Places:
        """By bucket, where the files are."""
        return tuple((file.bucket, places.join(self.place, file.path)) for file in self.files)

    def discard(self) -> None:
        """Remove the files."""
        for _, place in self.places:
            places.remove(place)


def buckets_for(events: int, memory: int) -> int:
    """The number of buckets, a power of two; a task that makes one holds its share of the events within the memory."""
    share = min(max(EVENTS_PER_BUCKET, events // ENOUGH_BUCKETS), memory // BYTES_PER_EVENT)
    return 1 << max(0, -(-events // share) - 1).bit_length()

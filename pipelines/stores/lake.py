"""The lake itself as a store: what has no store of its own is answered from a release's files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Any

from pipelines.clock import micros
from pipelines.reading.reader import Reader
from pipelines.reading.searching import range_of
from pipelines.storage.lake import Lake
from pipelines.stores.base import OWNERS, PAGED, Row, Snapshot, Stored, StoreError, Writing
from pipelines.stores.changes import served_of

DIRECTORY = "user_directory"
EVERY = 1.0
"""For so many seconds it is not looked whether there is another release, or one that is read is there still."""


@dataclass
class LakeStore:
    """A release of a lake, by number, or the last one; nothing can be published to it, and nothing needs to be."""

    lake: Lake
    number: int | None = None
    views: tuple[str, ...] = tuple(OWNERS)
    _lock: Lock = field(default_factory=Lock)
    _known: "LakeSnapshot | None" = None
    _until: float = 0.0

    @property
    def url(self) -> str:
        """Where the lake is."""
        return self.lake.root

    def stored(self) -> Stored | None:
        """Which release it serves. Raises NoRelease, PlaceError."""
        return self._snapshot().stored

    def publishing(self, stored: Stored, *, whole: bool, plan: str) -> AbstractContextManager[Writing]:  # noqa: ARG002
        """Nobody can publish to a lake. Raises StoreError."""
        raise StoreError(f"{self.url}: expected a store, found a lake: `newsfeed run` makes its releases")

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """Read what is served. Raises NoRelease, LostView, DamagedFile, PlaceError."""
        yield self._snapshot()

    def close(self) -> None:
        """Let go of it."""
        self._known = None

    def _snapshot(self) -> "LakeSnapshot":
        """The release; what is known of its files is kept as long as it is the same, and nothing of one that is gone.

        Raises NoRelease, also for one that was read before, and was expired, or erased of, since.
        """
        with self._lock:
            known, self._known = self._known, None
            if known is None or monotonic() > self._until:
                reader = Reader.of(self.lake, self.number)
                if known is None or known.reader.release != reader.release:
                    known = LakeSnapshot(reader, served_of(reader, self.views))
                self._until = monotonic() + EVERY
            self._known = known
            return known


@dataclass(frozen=True)
class LakeSnapshot:
    """A release of a lake, read by one thread at a time."""

    reader: Reader
    stored: Stored
    _lock: Lock = field(default_factory=Lock)

    @property
    def told(self) -> str:
        """In words what is read, such as `release 3`."""
        return self.reader.told

    def of_ids(self, view: str, key: str, ids: Iterable[int], *columns: str) -> list[Row]:
        """The rows of a view with these ids, in the column that says whose they are; all columns if none is named."""
        if view == DIRECTORY:
            return self._named(ids, columns or ("term", "field"))
        with self._lock:
            return self.reader.of_ids(view, key, ids, *columns)

    def page(self, view: str, owner: int, limit: int, behind: Row | None = None) -> list[Row]:
        """The first rows of an owner in the order of PAGED, of those that stand behind a row, which need not be there.

        Of that row just the columns of this order are asked.
        """
        rows, place = self.of_ids(view, OWNERS[view], [owner]), placing(view)
        left = rows if behind is None else [row for row in rows if place(row) > place(behind)]
        return sorted(left, key=place)[:limit]

    def people(self, prefix: str, limit: int) -> list[Row]:
        """The rows of `user_directory` whose terms begin with a folded prefix, in the view's order."""
        terms = f"WHERE {range_of(prefix)} " if prefix else ""
        with self._lock:
            return self.reader.rows(
                f"SELECT * FROM user_directory {terms}ORDER BY term, user_id, field LIMIT {limit:d}",  # noqa: S608
                "user_directory",
            )

    def _named(self, ids: Iterable[int], columns: Sequence[str]) -> list[Row]:
        """The names of users, which are not in the order of their ids."""
        asked = ", ".join(map(str, map(int, ids))) or "NULL"
        wanted = ", ".join(dict.fromkeys(("user_id", *columns)))
        with self._lock:
            return self.reader.rows(
                f"SELECT {wanted} FROM {DIRECTORY} WHERE user_id IN ({asked}) ORDER BY user_id, term, field",  # noqa: S608
                DIRECTORY,
            )


def placing(view: str) -> Callable[[Row], tuple[Any, ...]]:
    """What rows of an owner are sorted by to be in the order of PAGED."""
    order = [(name.lstrip("-"), name.startswith("-")) for name in PAGED.get(view, ())]
    return lambda row: tuple(_placed(row[name], falls=falls) for name, falls in order)


def _placed(value: Any, *, falls: bool) -> Any:
    if isinstance(value, str):
        return value
    number = micros(value) if isinstance(value, datetime) else value or 0
    return -number if falls else number

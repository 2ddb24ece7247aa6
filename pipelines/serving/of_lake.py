"""What a lake's own files say, read as a store is: for a server that was given no store."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from pipelines.reading.reader import Reader, literal
from pipelines.reading.searching import behind as first_behind
from pipelines.releases.release import Release, last_release, release
from pipelines.storage.lake import Lake
from pipelines.stores.base import Content, Row, Stored
from pipelines.stores.ordering import ordered
from pipelines.views import VIEWS, load_view

LOOKED = 0.5
"""The seconds for which the last release that was seen counts as the last."""
KEPT = 3
"""Of how many releases what was read of files is kept for the next question."""


class LakeSnapshot:
    """The views of a release of the lake, as a store has them."""

    def __init__(self, reader: Reader, lock: Lock) -> None:
        self.reader, self._lock = reader, lock

    @property
    def told(self) -> str:
        """In words what is read."""
        return self.reader.told

    @property
    def stored(self) -> Stored:
        """Which release that is."""
        tables = self.reader.release.tables
        content = {view: tables[f"views/{view}"] for view in VIEWS if f"views/{view}" in tables}
        said = {view: Content(one.rows, one.content_hash, one.projection) for view, one in content.items()}
        return Stored("", self.reader.release.number, said)

    def of_ids(self, view: str, key: str, ids: Iterable[int], *columns: str) -> list[Row]:
        """The rows of a view with these ids."""
        with self._lock:
            return self.reader.of_ids(view, key, ids, *columns)

    def page(self, view: str, owner: int, limit: int, behind: Row | None = None) -> list[Row]:
        """The first rows of an owner, of those that stand behind a row."""
        column = load_view(view).table.bucket_by or ""
        return ordered(view, self.of_ids(view, column, [owner]), behind)[:limit]

    def people(self, prefix: str, limit: int) -> list[Row]:
        """The rows of `user_directory` whose terms begin with a folded prefix, in the view's order."""
        end = first_behind(prefix)
        upto = "" if end is None else f" AND term < {literal(end)}"
        asked = f"SELECT * FROM user_directory WHERE term >= {literal(prefix)}{upto}"  # noqa: S608
        with self._lock:
            return self.reader.rows(f"{asked} ORDER BY term, user_id, field LIMIT {int(limit)}", "user_directory")


class LakeStore:
    """The lake itself as a store, which has all views of any release that is kept."""

    views = VIEWS

    def __init__(self, lake: Lake) -> None:
        self.lake, self.url = lake, lake.root
        self._readers: dict[int, tuple[Reader, Lock]] = {}
        self._lock, self._seen, self._last = Lock(), 0.0, None

    _last: Release | None

    @contextmanager
    def reading(self) -> Iterator[LakeSnapshot]:
        """Read the last release. Raises NoRelease."""
        yield self.of(None)

    def of(self, number: int | None) -> LakeSnapshot:
        """What a release says, the last one when None. Raises NoRelease."""
        with self._lock:
            found = self._release(number)
            if found.number not in self._readers:
                while len(self._readers) >= KEPT:
                    del self._readers[next(iter(self._readers))]
                self._readers[found.number] = Reader(self.lake, found), Lock()
            return LakeSnapshot(*self._readers[found.number])

    def _release(self, number: int | None) -> Release:
        if number is not None:
            kept = self._readers.get(number)
            return kept[0].release if kept else release(self.lake, number)
        if self._last is None or monotonic() > self._seen + LOOKED:
            self._last, self._seen = last_release(self.lake) or release(self.lake), monotonic()
        return self._last

    def close(self) -> None:
        """Let go of it."""
        self._readers.clear()

"""LMDB: `lmdb:PATH`, a file that is mapped into memory, of which any number of processes read while one writes.

A publish is one transaction: it is there once it is committed, and nothing of it before. The rows of an owner of a view
are one value, packed; a name in the directory is a key of its own, so that those with a prefix stand in a row.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Any

from pipelines.errors import UsageError
from pipelines.stores import environments
from pipelines.stores.about import About, PackedSnapshot
from pipelines.stores.base import OWNERS, Row, Snapshot, Stored, StoreError, Write
from pipelines.stores.packing import chosen
from pipelines.stores.terms import people

SCHEME = "lmdb:"
VIEWS = tuple(OWNERS)
"""The views in the order of the numbers that their keys begin with, from 1 on."""
DIRECTORY = "user_directory"
NUMBERS = {view: number for number, view in enumerate(VIEWS, 1)}
ABOUT = b"\x00"
"""The key under which it is kept what is served."""
KEY = Struct(">BQ").pack


def opened(url: str) -> "Lmdb":
    """The store that a URL names. Raises UsageError."""
    path = url.removeprefix(SCHEME)
    if not path or path.endswith("/") or "\0" in path:
        raise UsageError(f"{url}: expected the path of a file, as in lmdb:data/served.lmdb")
    return Lmdb(url, os.path.realpath(path))


@dataclass
class Lmdb:
    """A file of LMDB; nothing is opened before it is needed."""

    url: str
    path: str
    views: tuple[str, ...] = VIEWS
    _environment: Any = None
    _about: tuple[bytes, About] | None = None

    def stored(self) -> Stored | None:
        """Which release it serves; None when nothing was published there. Raises StoreError."""
        if self._environment is None and not Path(self.path).exists():
            return None
        with environments.telling(self.url, "read"), self._open().begin() as transaction:
            about = self._about_in(transaction)
        return None if about is None else about.stored

    @contextmanager
    def publishing(self, stored: Stored, *, whole: bool) -> Iterator[Write]:
        """Write changes, all of which are served, as this release, once the block ends; none if it raises, or dies.

        Raises StoreError, also where what is read back is not what the release has.
        """
        from pipelines.stores.lmdb_writing import Writer

        with ExitStack() as held:
            with environments.telling(self.url, "write"):
                if self._environment is None:
                    Path(self.path).parent.mkdir(parents=True, exist_ok=True)
                environment = self._open()
                held.enter_context(environments.alone(self.path, self.url))
                environment.reader_check()  # else the pages of readers who died are never free
                transaction = held.enter_context(environment.begin(write=True))
                before = self._about_in(transaction)
                if whole and before is not None:
                    transaction.drop(environment.open_db(None, transaction), delete=False)
                writer = Writer(self.url, transaction, stored, None if whole else before)
            yield writer.write
            with environments.telling(self.url, "write"):
                writer.finish()
                held.close()

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """Read what is served. Raises StoreError."""
        if self._environment is None and not Path(self.path).exists():
            raise self._nothing()
        with environments.telling(self.url, "read"):
            transaction = self._open().begin(buffers=True)
        try:
            about = self._about_in(transaction)
            if about is None:
                raise self._nothing()
            yield LmdbSnapshot(about, transaction)
        finally:
            transaction.abort()

    def close(self) -> None:
        """Let go of it."""
        if self._environment is not None:
            self._environment = None
            environments.closed(self.path)

    def _open(self) -> Any:
        if self._environment is None:
            self._environment = environments.opened(self.path, self.url)
        return self._environment

    def _about_in(self, transaction: Any) -> About | None:
        """What is served as a transaction sees it."""
        raw = transaction.get(ABOUT)
        if raw is None:
            return None
        known = self._about
        if known is None or known[0] != raw:
            known = self._about = bytes(raw), About.of_bytes(bytes(raw), self.url, "to another file")
        return known[1]

    def _nothing(self) -> StoreError:
        return StoreError(f"{self.url}: nothing was published there yet: `newsfeed publish {self.url}` does")


@dataclass(frozen=True)
class LmdbSnapshot(PackedSnapshot):
    """What a file has of one release, as a transaction sees it."""

    _transaction: Any

    def of_ids(self, view: str, key: str, ids: Iterable[int], *columns: str) -> list[Row]:
        """The rows of a view with these ids, in the column that says whose they are; all columns if none is named."""
        rows, found = self._layout(view).rows, list[Row]()
        for one in sorted(set(ids)):
            value = self._value(view, one)
            if value is not None:
                found += rows.read(one, value)
        return chosen(key, found, columns)

    def page(self, view: str, owner: int, limit: int, behind: Row | None = None) -> list[Row]:
        """The first rows of an owner in the order of PAGED, of those that stand behind a row, which need not be there.

        Of that row just the columns of this order are asked.
        """
        rows, value = self._layout(view).rows, self._value(view, owner)
        return [] if value is None else rows.page(owner, value, limit, behind)

    def people(self, prefix: str, limit: int) -> list[Row]:
        """The rows of `user_directory` whose terms begin with a folded prefix, in the view's order."""
        return people(self._transaction, prefix, limit)

    def _value(self, view: str, owner: int) -> memoryview | None:
        found: memoryview | None = self._transaction.get(KEY(NUMBERS[view], owner))
        return found

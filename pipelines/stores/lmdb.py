"""LMDB: `lmdb:PATH`, a file that is mapped into memory, of which any number of processes read while one writes.

What is served is in one of two slots; what is published comes to the other one, and is served by one transaction. The
rows of an owner of a view are one value, packed; a name in the directory is a key of its own, so that those with a
prefix stand in a row.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Any

from pipelines.errors import UsageError
from pipelines.stores import environments, turns
from pipelines.stores.about import About, PackedSnapshot
from pipelines.stores.base import OWNERS, NothingPublished, Row, Snapshot, Stored, Writing
from pipelines.stores.terms import people

SCHEME = "lmdb:"
VIEWS = tuple(OWNERS)
"""The views in the order of the numbers that their keys begin with, from 1 on."""
DIRECTORY = "user_directory"
NUMBERS = {view: number for number, view in enumerate(VIEWS, 1)}
ABOUT = b"\x00"
"""The key, in each slot, under which it is kept what it has."""
SERVED = b"\x01"
"""The key, beside the slots, under which the name of that is kept which is served."""
SLOTS = (b"a", b"b")
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
    _opened: environments.Opened | None = None
    _about: tuple[bytes, About] | None = None

    def stored(self) -> Stored | None:
        """Which release it serves; None when nothing was published there. Raises StoreError."""
        about = self._about_now()
        return None if about is None else about.stored

    @contextmanager
    def publishing(self, stored: Stored, *, whole: bool, plan: str) -> Iterator[Writing]:
        """Write changes, all of which are served, as this release, once the block ends; none if it raises, or dies.

        Raises StoreError, also where what is read back is not what the release has.
        """
        from pipelines.stores.lmdb_writing import Writer

        with ExitStack() as held:
            with environments.telling(self.url, "write"):
                if not self._is_there():
                    Path(self.path).parent.mkdir(parents=True, exist_ok=True)
                opened = self._open()
                held.enter_context(turns.alone(self.path, self.url))
                opened.environment.reader_check()  # else the pages of readers who died are never free
                environments.named(opened, SLOTS, former=ABOUT)
                writer = Writer(self.url, opened, stored, None if whole else self._about_now(), plan)
            yield writer
            writer.finish()

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """Read what is served. Raises StoreError."""
        with environments.telling(self.url, "read"):
            begun = self._begun()
        if begun is None:
            raise NothingPublished(self.url)
        opened, transaction = begun
        try:
            yield LmdbSnapshot(self._about_in(transaction), transaction)
        finally:
            opened.end(transaction)

    def close(self) -> None:
        """Let go of it."""
        one, self._opened = self._opened, None
        if one is not None:
            environments.closed(self.path, one)

    def _is_there(self) -> bool:
        """Whether there is a file; one that was taken away, or replaced, since it was opened is read no more."""
        file = environments.file_at(self.path)
        if self._opened is not None and self._opened.file != file:
            self._opened = None
        return file is not None

    def _open(self) -> environments.Opened:
        if self._opened is None:
            self._opened = environments.opened(self.path, self.url)
        return self._opened

    def _begun(self) -> tuple[environments.Opened, Any] | None:
        """A transaction that reads the slot that is served, and whose it is; None where nothing is served."""
        if not self._is_there():
            return None
        opened = self._open()
        while True:
            slot = opened.served
            transaction = opened.begin(opened.slots[slot] if slot else opened.main)
            found = transaction.get(SERVED, db=opened.main)
            if slot and found == slot:
                return opened, transaction
            served = None if found is None else bytes(found)
            opened.end(transaction)
            if served is None:
                return None
            environments.named(opened, SLOTS, former=ABOUT)
            opened.served = served

    def _about_now(self) -> About | None:
        """What is served now; None where nothing is."""
        with environments.telling(self.url, "read"):
            begun = self._begun()
            if begun is None:
                return None
            opened, transaction = begun
            try:
                return self._about_in(transaction)
            finally:
                opened.end(transaction)

    def _about_in(self, transaction: Any) -> About:
        """What is served as a transaction sees it. Raises StoreError."""
        raw = transaction.get(ABOUT)
        known = self._about
        if known is None or known[0] != raw:
            known = self._about = bytes(raw), About.of_bytes(bytes(raw), self.url, "to another file")
        return known[1]


@dataclass(frozen=True)
class LmdbSnapshot(PackedSnapshot):
    """What a file has of one release, as a transaction sees it."""

    _transaction: Any

    def of_ids(self, view: str, key: str, ids: Iterable[int], *columns: str) -> list[Row]:
        """The rows of a view with these ids, in the column that says whose they are; all columns if none is named.

        Of rows with some columns, such as names, many are kept: nobody may change them.
        """
        read, found = self._layout(view).reader(key, columns), list[Row]()
        kept = self._about.kept(view, columns) if columns else {}
        for one in sorted(set(ids)):
            rows = kept.get(one)
            if rows is None:
                value = self._value(view, one)
                rows = kept[one] = [] if value is None else read(one, value)
            found += rows
        return found

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

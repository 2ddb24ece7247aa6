"""What is written to a file of LMDB: portions, each durable by itself, in the slot that is not served.

Where nothing of what is served stays, that slot is served at the end. Else what changed waits in it, and is brought to
the slot that is served in one transaction, as is what is small enough to wait in memory.
"""

from collections.abc import Iterator
from itertools import chain, groupby, islice
from struct import Struct
from typing import Any, NamedTuple

import numpy as np

from pipelines.arrays import Int64s
from pipelines.stores.about import About
from pipelines.stores.accounts import Accounts, DifferError
from pipelines.stores.base import Change, Stored
from pipelines.stores.environments import Opened, telling
from pipelines.stores.lmdb import ABOUT, DIRECTORY, KEY, NUMBERS, SERVED, SLOTS, VIEWS
from pipelines.stores.packed_rows import Bytes
from pipelines.stores.packing import Layout
from pipelines.stores.progress import Progress
from pipelines.stores.terms import entry_of
from pipelines.views import load_view

PORTION = 128 << 20
"""After so many bytes of rows what was written is made durable."""
HALF = b"\x02"
"""The key under which it is kept of which publish the slot that is not served has a part, and how much."""
AT_ONCE = 1000
OWNER = Struct(">BQ").unpack


class Packed(NamedTuple):
    """The rows of owners of a view."""

    view: str
    owners: Int64s
    values: list[Bytes]


class Writer:
    """Writes the changes of one publish; `before` is what is served, None where nothing of it stays."""

    def __init__(self, url: str, opened: Opened, stored: Stored, before: About | None, plan: str) -> None:
        self._url, self._opened, self._before = url, opened, before
        self._about = About(stored, {view: Layout.of(load_view(view).table) for view in stored.views})
        self._progress = Progress(plan, self._about)
        self._waiting, self._size = list[Packed](), 0
        with opened.environment.begin(opened.main, write=True) as transaction:
            self._served = transaction.get(SERVED)
            self._next = next(name for name in SLOTS if name != self._served)
            found = self._progress.of_bytes(transaction.get(HALF))
            if found is None:
                self._drop_half(transaction)
        self.done, contents = found or (0, {} if before is None else before.stored.views)
        self._accounts = Accounts(contents)

    def write(self, change: Change) -> None:
        """Write the next change. Raises StoreError."""
        values = list(self._about.layouts[change.view].rows.pack(change.owners, change.rows))
        self._waiting.append(Packed(change.view, change.owners, values))
        self._size += sum(map(len, values))
        if self._size >= PORTION:
            with telling(self._url, "write"), self._begin(self._next) as transaction:
                self._keep(transaction)

    def finish(self) -> None:
        """Serve what was written. Raises StoreError unless it is what the release has."""
        with telling(self._url, "write"):
            try:
                with self._begin(self._served if self._served and self._before else self._next) as transaction:
                    self._serve(transaction)
            except DifferError:
                with self._begin(self._next) as transaction:
                    self._drop_half(transaction)
                raise

    def _begin(self, slot: bytes) -> Any:
        return self._opened.environment.begin(self._opened.slots[slot], write=True)

    def _drop_half(self, transaction: Any) -> None:
        transaction.drop(self._opened.slots[self._next], delete=False)
        transaction.delete(HALF, db=self._opened.main)

    def _keep(self, transaction: Any) -> None:
        """Write what waits to the slot that is not served, and say how much there is."""
        for one in self._waiting:
            if self._before is None:
                self._bring(transaction, one)
            else:
                for key, value in zip(_keys(one), one.values, strict=True):
                    transaction.put(key, value)
        self.done += len(self._waiting)
        half = self._progress.as_bytes(self.done, self._accounts.found)
        transaction.put(HALF, half, db=self._opened.main)
        self._waiting, self._size = [], 0

    def _serve(self, transaction: Any) -> None:
        """Bring all that is not in it yet to the slot of a transaction, and say that this one is served."""
        kept = () if self._before is None else self._kept(transaction)
        for one in chain(kept, self._waiting):
            self._bring(transaction, one)
        self._accounts.require(self._url, self._about.stored)
        transaction.put(ABOUT, self._about.as_bytes())
        rest = self._next
        if self._before is None:
            transaction.put(SERVED, self._next, db=self._opened.main)
            rest = self._served
        if rest is not None:
            transaction.drop(self._opened.slots[rest], delete=False)
        transaction.delete(HALF, db=self._opened.main)

    def _kept(self, transaction: Any) -> Iterator[Packed]:
        """What waits in the slot that is not served."""
        with transaction.cursor(self._opened.slots[self._next]) as cursor:
            for number, entries in groupby(cursor.iternext(), lambda entry: entry[0][0]):
                while some := list(islice(entries, AT_ONCE)):
                    owners = np.array([OWNER(key)[1] for key, _ in some], np.int64)
                    yield Packed(VIEWS[number - 1], owners, [value for _, value in some])

    def _bring(self, transaction: Any, packed: Packed) -> None:
        """Put the rows of each owner in the place of what there was of it."""
        view, owners, keys = packed.view, packed.owners, _keys(packed)
        if self._before is not None and view in self._before.layouts:
            self._take_away(transaction, self._before.layouts[view], owners, keys)
        for key, value in zip(keys, packed.values, strict=True):
            if len(value):
                transaction.put(key, value)
            else:
                transaction.delete(key)
        layout, written = self._about.layouts[view], _values(transaction, keys)
        self._accounts.came(view, layout.rows.unpack(owners, written))
        for entry in _terms(layout, owners, written):
            transaction.put(*entry)

    def _take_away(self, transaction: Any, layout: Layout, owners: Int64s, keys: list[bytes]) -> None:
        """Count what there was of owners as gone, and take their names out of the directory."""
        values = _values(transaction, keys)
        self._accounts.went(layout.view, layout.rows.unpack(owners, values))
        for key, _ in _terms(layout, owners, values):
            transaction.delete(key)


def _keys(packed: Packed) -> list[bytes]:
    return [KEY(NUMBERS[packed.view], owner) for owner in packed.owners.tolist()]


def _values(transaction: Any, keys: list[bytes]) -> list[bytes]:
    return [transaction.get(key, b"") for key in keys]


def _terms(layout: Layout, owners: Int64s, values: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The keys of names, and their values, where the view is the directory."""
    if layout.view == DIRECTORY:
        for owner, value in zip(owners.tolist(), values, strict=True):
            for row in layout.rows.read(owner, value):
                yield entry_of(row["term"], owner, row["field"])

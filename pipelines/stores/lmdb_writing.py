"""What is written to a file of LMDB in one transaction, and read back before it is committed."""

from typing import Any

from pipelines.arrays import Int64s
from pipelines.stores.about import About
from pipelines.stores.accounts import Accounts
from pipelines.stores.base import Change, Stored
from pipelines.stores.environments import telling
from pipelines.stores.lmdb import ABOUT, DIRECTORY, KEY, NUMBERS
from pipelines.stores.packing import Layout
from pipelines.stores.terms import entry_of
from pipelines.views import load_view


class Writer:
    """Writes the changes of one publish."""

    def __init__(self, url: str, transaction: Any, stored: Stored, before: About | None) -> None:
        self._url = url
        self._transaction = transaction
        self._about = About(stored, {view: Layout.of(load_view(view).table) for view in stored.views})
        self._before = {} if before is None else before.layouts
        self._accounts = Accounts({} if before is None else before.stored.views)

    def write(self, change: Change) -> None:
        """Put the rows of each owner in the place of what there was of it. Raises StoreError."""
        with telling(self._url, "write"):
            self._write(change)

    def _write(self, change: Change) -> None:
        view, owners = change.view, change.owners
        keys = [KEY(NUMBERS[view], owner) for owner in owners.tolist()]
        if self._before:
            self._take_away(view, owners, keys)
        layout = self._about.layouts[view]
        for key, value in zip(keys, layout.rows.pack(owners, change.rows), strict=True):
            if len(value):
                self._transaction.put(key, value)
            else:
                self._transaction.delete(key)
        written = self._read(keys)
        self._accounts.came(view, layout.rows.unpack(owners, written))
        if view == DIRECTORY:
            rows = change.rows.select(["term", "user_id", "field"])
            for term in zip(*(column.to_pylist() for column in rows.columns), strict=True):
                self._transaction.put(*entry_of(*term))

    def finish(self) -> None:
        """Say which release it is. Raises StoreError unless what was written is what the release has."""
        self._accounts.require(self._url, self._about.stored)
        self._transaction.put(ABOUT, self._about.as_bytes())

    def _take_away(self, view: str, owners: Int64s, keys: list[bytes]) -> None:
        """Count what there was of owners as gone, and take their names out of the directory."""
        if view not in self._before:
            return
        layout, values = self._before[view], self._read(keys)
        self._accounts.went(view, layout.rows.unpack(owners, values))
        if view == DIRECTORY:
            for owner, value in zip(owners.tolist(), values, strict=True):
                for row in layout.rows.read(owner, value):
                    self._transaction.delete(entry_of(row["term"], owner, row["field"])[0])

    def _read(self, keys: list[bytes]) -> list[bytes]:
        return [self._transaction.get(key, b"") for key in keys]

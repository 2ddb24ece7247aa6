"""What is written to Redis beside what is served, and read back before it is served."""

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pipelines.arrays import Int64s
from pipelines.stores.accounts import Accounts
from pipelines.stores.base import Change, Stored
from pipelines.stores.packing import Layout
from pipelines.stores.redis import TOGETHER, Served, newest
from pipelines.stores.redis_cleaning import clean
from pipelines.stores.redis_client import telling
from pipelines.stores.redis_publisher import Publisher, closed_by_fault
from pipelines.views import load_view

if TYPE_CHECKING:
    from pipelines.stores.redis import Redis


class Writer:
    """Writes the changes of one publish: to a generation of keys of its own where nothing of what is there stays."""

    def __init__(self, store: "Redis", stored: Stored, *, whole: bool) -> None:
        self._store, self._stored = store, stored
        self._layouts = {view: Layout.of(load_view(view).table) for view in stored.views}
        with telling(store.shown, "write"):
            self._publisher = Publisher(store)
            with closed_by_fault(self._publisher):
                served = store.about(self._publisher.client)
                clean(store, self._publisher, served)
                self._before = None if whole else served
                if self._before is None:
                    self._publisher.do(("SADD", store.key("generations"), self._publisher.number))
        self._floor = self._publisher.number if served is None else served.serial
        self._generation = self._publisher.number if self._before is None else self._before.generation
        self._accounts = Accounts({} if self._before is None else self._before.stored.views)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._publisher.close()

    done = 0

    def write(self, change: Change) -> None:
        """Put the rows of each owner beside what there was of it. Raises StoreError."""
        values = [bytes(value) for value in self._layouts[change.view].rows.pack(change.owners, change.rows)]
        with telling(self._store.shown, "write"):
            for first in range(0, len(values), TOGETHER):
                some = slice(first, first + TOGETHER)
                self._write(change.view, change.owners[some], values[some])

    def finish(self) -> None:
        """Say which release it is. Raises StoreError unless what was written is what the release has."""
        self._accounts.require(self._store.shown, self._stored)
        about = Served(self._stored, self._layouts, self._publisher.number, self._generation)
        with telling(self._store.shown, "write"):
            self._publisher.end(
                ("SET", self._store.key("floor"), self._floor),
                ("SET", self._store.key("served"), about.as_bytes()),
            )

    def _write(self, view: str, owners: Int64s, values: Sequence[bytes]) -> None:
        """Write values of some owners, and count them, and what they replace, as they are read back."""
        number = self._publisher.number
        keys = [self._store.key(self._generation, view, owner) for owner in owners.tolist()]
        written = [(key, value) for key, value in zip(keys, values, strict=True) if value or self._before is not None]
        said = [] if self._before is None else [("RPUSH", self._store.key("written", number), *keys)]
        self._publisher.do(*said, *(("HSET", key, number, value) for key, value in written))
        found = self._publisher.fields(keys)
        rows = self._layouts[view].rows
        self._accounts.came(view, rows.unpack(owners, [newest(fields, number) for fields in found]))
        if self._before is not None and view in self._before.layouts:
            serial, rows = self._before.serial, self._before.layouts[view].rows
            self._accounts.went(view, rows.unpack(owners, [newest(fields, serial) for fields in found]))

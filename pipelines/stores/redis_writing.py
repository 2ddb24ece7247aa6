"""What is written to Redis beside what is served, and read back before it is served."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from pipelines.arrays import Int64s
from pipelines.stores.about import About
from pipelines.stores.accounts import Accounts, DifferError
from pipelines.stores.base import Change, Content, Stored
from pipelines.stores.packing import Layout
from pipelines.stores.progress import Progress
from pipelines.stores.redis import TOGETHER, Served, newest
from pipelines.stores.redis_cleaning import clean
from pipelines.stores.redis_client import telling
from pipelines.stores.redis_publisher import Publisher, closed_by_fault
from pipelines.views import load_view

if TYPE_CHECKING:
    from pipelines.stores.redis import Redis

_ENCODE, _DECODE = msgspec.msgpack.encode, msgspec.msgpack.decode


class Writer:
    """Writes the changes of one publish: to a generation of keys of its own where nothing of what is there stays."""

    def __init__(self, store: "Redis", stored: Stored, plan: str, *, whole: bool) -> None:
        self._store = store
        self._about = About(stored, {view: Layout.of(load_view(view).table) for view in stored.views})
        self._progress = Progress(plan, self._about)
        with telling(store.shown, "write"):
            self._publisher = Publisher(store)
            with closed_by_fault(self._publisher):
                served = store.about(self._publisher.client)
                self._before = None if whole else served
                self._number, self._said, self.done, contents = self._half() or self._begun()
                clean(store, self._publisher, served, self._number)
                self._listed = int(self._publisher.client.llen(store.key("written", self._number)))
        self._floor = self._number if served is None else served.serial
        self._generation = self._number if self._before is None else self._before.generation
        self._accounts = Accounts(contents)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._publisher.close()

    def write(self, change: Change) -> None:
        """Put the rows of each owner beside what there was of it. Raises StoreError."""
        values = [bytes(value) for value in self._about.layouts[change.view].rows.pack(change.owners, change.rows)]
        with telling(self._store.shown, "write"):
            for first in range(0, len(values), TOGETHER):
                some = slice(first, first + TOGETHER)
                self._write(change.view, change.owners[some], values[some])
            self.done += 1
            half = self._progress.as_bytes(self.done, self._accounts.found)
            self._publisher.do(("SET", self._store.key("half"), _ENCODE([self._number, self._said, half])))

    def finish(self) -> None:
        """Say which release it is. Raises StoreError unless what was written is what the release has."""
        with telling(self._store.shown, "write"):
            try:
                self._accounts.require(self._store.shown, self._about.stored)
            except DifferError:
                self._publisher.do(("DEL", self._store.key("half")))
                raise
            about = Served(self._about.stored, self._about.layouts, self._number, self._generation)
            self._publisher.end(
                ("SET", self._store.key("floor"), self._floor),
                ("SET", self._store.key("served"), about.as_bytes()),
                ("DEL", self._store.key("half")),
            )

    def _half(self) -> tuple[int, int, int, Mapping[str, Content]] | None:
        """What there is of this publish: its number, of how many owners it is said that they are written, and so on."""
        raw: Any = self._publisher.client.get(self._store.key("half"))
        if raw is None:
            return None
        number, said, half = _DECODE(raw)
        found = self._progress.of_bytes(half)
        return None if found is None else (number, said, *found)

    def _begun(self) -> tuple[int, int, int, Mapping[str, Content]]:
        """The same of one that begins; there is no other any more."""
        number = self._publisher.number
        made = [("SADD", self._store.key("generations"), number)] if self._before is None else []
        self._publisher.do(("DEL", self._store.key("half")), *made)
        return number, 0, 0, {} if self._before is None else self._before.stored.views

    def _write(self, view: str, owners: Int64s, values: Sequence[bytes]) -> None:
        """Write values of some owners, and count them, and what they replace, as they are read back."""
        number, about = self._number, self._about
        keys = [self._store.key(self._generation, view, owner) for owner in owners.tolist()]
        written = [(key, value) for key, value in zip(keys, values, strict=True) if value or self._before is not None]
        self._publisher.do(*self._saying(keys), *(("HSET", key, number, value) for key, value in written))
        found = self._publisher.fields(keys)
        rows = about.layouts[view].rows
        self._accounts.came(view, rows.unpack(owners, [newest(fields, number) for fields in found]))
        if self._before is not None and view in self._before.layouts:
            serial, rows = self._before.serial, self._before.layouts[view].rows
            self._accounts.went(view, rows.unpack(owners, [newest(fields, serial) for fields in found]))

    def _saying(self, keys: Sequence[str]) -> list[tuple[Any, ...]]:
        """The command that says to which keys a publish writes, unless one that was killed said so."""
        if self._before is None:
            return []
        self._said += len(keys)
        return [("RPUSH", self._store.key("written", self._number), *keys)] if self._said > self._listed else []

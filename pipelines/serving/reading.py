"""From where the server reads: each view from the store that has it, all of one release."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from time import monotonic, sleep
from typing import Any

from pipelines.serving.of_lake import LakeStore
from pipelines.storage.lake import Lake
from pipelines.stores.base import Row, Snapshot, Store, Stored, StoreError

PATIENCE, PAUSE = 2.0, 0.02
"""For how many seconds stores may be of different releases, and how often it is looked."""


Question = Callable[[Snapshot], Any]
"""What is asked of a release."""


class Unsettled(StoreError):
    """Stores are of different releases: one is being published."""

    def __init__(self) -> None:
        super().__init__("a release is being published to the stores: try again in a second", transient=True)


class Together:
    """What several stores have of one release, each opened when it is first asked. Raises Unsettled."""

    def __init__(self, stores: Mapping[str, Any], opened: ExitStack) -> None:
        self._stores, self._opened = stores, opened
        self._snapshots: dict[int, Snapshot] = {}

    @property
    def told(self) -> str:
        """In words what is read."""
        return f"release {self.stored.release}"

    @cached_property
    def stored(self) -> Stored:
        """Which release that is."""
        return self._of("newsfeed").stored

    def of_ids(self, view: str, key: str, ids: Iterable[int], *columns: str) -> list[Row]:
        """The rows of a view with these ids."""
        return self._of(view).of_ids(view, key, ids, *columns)

    def page(self, view: str, owner: int, limit: int, behind: Row | None = None) -> list[Row]:
        """The first rows of an owner, of those that stand behind a row."""
        return self._of(view).page(view, owner, limit, behind)

    def people(self, prefix: str, limit: int) -> list[Row]:
        """The rows of `user_directory` whose terms begin with a folded prefix."""
        return self._of("user_directory").people(prefix, limit)

    def open(self, views: Iterable[str]) -> None:
        """Let the stores that have these views be opened."""
        for view in views:
            self._of(view)

    def _of(self, view: str) -> Snapshot:
        store = self._stores[view]
        found = self._snapshots.get(id(store))
        if found is None:
            found = self._opened.enter_context(store.reading())
            if any(one.stored.release != found.stored.release for one in self._snapshots.values()):
                raise Unsettled
            self._snapshots[id(store)] = found
        return found


@dataclass(frozen=True)
class Reading:
    """The stores that a server reads, and the lake, which has what they do not.

    `is_quick`: all is in memory, so that to read it takes less time than to ask a thread to.
    """

    lake: Lake
    stores: Sequence[Store] = ()
    is_quick: bool = False

    @cached_property
    def of_lake(self) -> LakeStore:
        """The lake's own releases."""
        return LakeStore(self.lake)

    @cached_property
    def _by_view(self) -> Mapping[str, Any]:
        """The first of the stores that has a view, else the lake."""
        return {view: store for store in reversed(self._all) for view in store.views}

    @property
    def _all(self) -> tuple[Any, ...]:
        return (*self.stores, self.of_lake)

    @contextmanager
    def snapshot(self, number: int | None = None) -> Iterator[Snapshot]:
        """What is served, or the release of a number, which the lake has. Raises NoRelease, StoreError."""
        if number is not None or not self.stores:
            yield self.of_lake.of(number)
            return
        with ExitStack() as opened:
            yield Together(self._by_view, opened)

    def ask(self, question: Question, number: int | None = None) -> Any:
        """The answer to a question, which is asked again while stores are of different releases.

        Raises Unsettled, NoRelease, StoreError, and what the question raises.
        """
        until = monotonic() + PATIENCE
        while True:
            try:
                with self.snapshot(number) as found:
                    return question(found)
            except Unsettled:
                if monotonic() > until:
                    raise
                sleep(PAUSE)

    def check(self) -> int:
        """The release that is served, of all stores. Raises Unsettled, NoRelease, StoreError."""

        def number(views: Snapshot) -> int:
            if isinstance(views, Together):
                views.open(self._by_view)
            return views.stored.release

        found: int = self.ask(number)
        return found

    def close(self) -> None:
        """Let go of all stores."""
        for store in self._all:
            store.close()

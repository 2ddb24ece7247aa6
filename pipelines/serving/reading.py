"""From where the server reads: each view from the store that has it, all of one release."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from pipelines.errors import NewsfeedError
from pipelines.releases.release import NothingReleased
from pipelines.storage.lake import Lake
from pipelines.stores.base import Row, Snapshot, Store, Stored, StoreError
from pipelines.stores.lake import LakeStore

if TYPE_CHECKING:
    from pipelines.stores.search import Found

PATIENCE, PAUSE = 2.0, 0.02
"""For how many seconds stores may be of different releases, and how often it is looked."""


KEPT = 4
"""Of how many releases of the lake what was read of files is kept."""
Question = Callable[[Snapshot], Any]
"""What is asked of a release."""


class Unsettled(StoreError):
    """Stores are of different releases: one is being published."""

    def __init__(self) -> None:
        super().__init__("a release is being published to the stores: try again in a second", transient=True)


class NoSearch(NewsfeedError):
    """The server has no index to search."""

    def __init__(self) -> None:
        super().__init__("this server searches what is served, by an index: `newsfeed serve --search search:PATH`")


class Together:
    """What several stores have of one release, each opened when it is first asked, and the lake for what none has.

    Raises Unsettled, NothingReleased.
    """

    def __init__(self, reading: "Reading", opened: ExitStack) -> None:
        self._reading, self._opened = reading, opened
        self._snapshots: dict[int, Snapshot] = {}

    @property
    def told(self) -> str:
        """In words what is read."""
        return f"release {self.stored.release}"

    @cached_property
    def stored(self) -> Stored:
        """Which release that is."""
        return self._in(self._reading.stores[0]).stored

    def of_ids(self, view: str, key: str, ids: Iterable[int], *columns: str) -> list[Row]:
        """The rows of a view with these ids."""
        return self._of(view).of_ids(view, key, ids, *columns)

    def page(self, view: str, owner: int, limit: int, behind: Row | None = None) -> list[Row]:
        """The first rows of an owner, of those that stand behind a row."""
        return self._of(view).page(view, owner, limit, behind)

    def people(self, prefix: str, limit: int) -> list[Row]:
        """The rows of `user_directory` whose terms begin with a folded prefix."""
        return self._of("user_directory").people(prefix, limit)

    def found(self, text: str, limit: int) -> "Found":
        """The active people and the posts that a text finds. Raises NoSearch."""
        if self._reading.search is None:
            raise NoSearch
        some: Found = self._in(self._reading.search).found(text, limit)  # type: ignore[attr-defined]
        return some

    def open(self) -> None:
        """Open all stores."""
        for store in self._reading.stores:
            self._in(store)

    def _of(self, view: str) -> Snapshot:
        store = self._reading.by_view.get(view)
        return self._in(self._reading.of_lake(self.stored.release) if store is None else store)

    def _in(self, store: Store | LakeStore) -> Snapshot:
        found = self._snapshots.get(id(store))
        if found is None:
            found = self._opened.enter_context(store.reading())
            self._reading.require_own(found.stored)
            if any(one.stored.release != found.stored.release for one in self._snapshots.values()):
                raise Unsettled
            self._snapshots[id(store)] = found
        return found


@dataclass(frozen=True)
class Reading:
    """From which store a server reads which view; the lake has what none has, and releases before the last.

    `is_quick`: all is in memory, so that to read it takes less time than to ask a thread to, and in one store, so that
    nothing has to be waited for. `search` is an index.
    `given` are all stores by their whole URLs, of which the stores themselves do not tell passwords.
    """

    lake: Lake
    by_view: Mapping[str, Store] = field(default_factory=dict)
    is_quick: bool = False
    search: Store | None = None
    given: Mapping[str, Store] = field(default_factory=dict)
    _own: list[str] = field(default_factory=list)

    def heed(self, lake: str) -> None:
        """Read from now on of stores just what is of the lake with this id."""
        self._own[:] = [lake]

    def require_own(self, stored: Stored) -> None:
        """Raise NothingReleased where a store serves what is of another lake."""
        if self._own and stored.lake not in self._own:
            raise NothingReleased("nothing of this lake was published to the stores yet")

    def of_lake(self, number: int | None = None) -> LakeStore:
        """A release by number as the lake's own files have it, the last one when None; a few are kept open."""
        return self._releases(number)

    @cached_property
    def _releases(self) -> Callable[[int | None], LakeStore]:
        return lru_cache(maxsize=KEPT)(lambda number: LakeStore(self.lake, number))

    @cached_property
    def stores(self) -> list[Store]:
        """All that are read, each once."""
        return list(self.given.values())

    @contextmanager
    def snapshot(self, number: int | None = None) -> Iterator[Snapshot]:
        """What is served, or the release of a number, which the lake has. Raises NoRelease, StoreError."""
        if number is not None or not self.stores:
            with self.of_lake(number).reading() as found:
                yield found
            return
        with ExitStack() as opened:
            yield Together(self, opened)

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
        """The release that is served, by all stores. Raises Unsettled, NoRelease, StoreError."""

        def number(views: Snapshot) -> int:
            if isinstance(views, Together):
                views.open()
            return views.stored.release

        found: int = self.ask(number)
        return found

    def close(self) -> None:
        """Let go of all stores."""
        for store in self.stores:
            store.close()

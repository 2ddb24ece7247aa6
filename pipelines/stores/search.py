"""A search index as a store: people and posts, found by names and words in any script; `search:PATH`, a folder.

All rows of the views are kept in it; those of active people and of posts are found. What is published is an index
beside the one that is served, in which is a document that says what it has.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.errors import UsageError
from pipelines.stores import search_finding, search_index, turns
from pipelines.stores.about import About, PackedSnapshot
from pipelines.stores.accounts import DifferError
from pipelines.stores.base import NothingPublished, Row, Snapshot, Stored, StoreError, Writing
from pipelines.stores.search_folders import Folders
from pipelines.stores.search_index import ABOUT, HALF, Served, key_of, rows_of

SCHEME = "search:"
DIRECTORY = "user_directory"
VIEWS = ("profile", "posts", DIRECTORY)
OTHERS = 2
"""How many documents are of no row: what is served, and of which publish it is."""


class Found(NamedTuple):
    """The rows of people, as `profile` has them, and of posts that a text finds, the best first."""

    people: list[Row]
    posts: list[Row]


def opened(url: str) -> "Search":
    """The store that a URL names. Raises UsageError."""
    path = url.removeprefix(SCHEME)
    if not path or "\0" in path:
        raise UsageError(f"{url}: expected the path of a folder, as in search:data/found")
    return Search(url, os.path.realpath(path))


@dataclass
class Search:
    """An index of tantivy; nothing is opened before it is needed."""

    url: str
    path: str
    views: tuple[str, ...] = VIEWS
    _served: tuple[tuple[int, int], Served | None] | None = None

    @cached_property
    def _folders(self) -> Folders:
        return Folders(Path(self.path))

    def stored(self) -> Stored | None:
        """Which release it serves; None when nothing was published there. Raises StoreError."""
        served = self._now()
        return None if served is None else served.about.stored

    @contextmanager
    def publishing(self, stored: Stored, *, whole: bool, plan: str) -> Iterator[Writing]:
        """Write changes, all of which are served, as this release, once the block ends; none if it raises, or dies.

        Raises StoreError, also where what is written is not what the release has.
        """
        from pipelines.stores.search_writing import Writer

        with search_index.telling(self.url, "write"), turns.alone(str(self._folders.make()), self.url):
            self._folders.clean()
            served, before = self._folders.served, None if whole else self._now()
            writer = Writer(self.url, stored, before, plan, self._half())
            if not writer.goes_on:
                self._folders.begin(None if before is None else served)
            try:
                index = search_index.opened(str(self._folders.next), self.url)
                with search_index.writing(index, self.url) as into:
                    writer.into(into)
                    yield writer
                    writer.finish()
                self._require_all(index, stored)
            except DifferError:
                self._folders.drop()
                raise
            self._folders.serve()

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """Read what is served. Raises StoreError."""
        served = self._now()
        if served is None:
            raise NothingPublished(self.url)
        with search_index.telling(self.url, "read"):
            yield SearchSnapshot(served.about, served.searcher)

    def close(self) -> None:
        """Let go of it."""
        self._served = None

    def _require_all(self, index: Any, stored: Stored) -> None:
        """Raise DifferError where a commit has not as many documents as it should."""
        index.reload()
        expected = sum(content.rows for content in stored.views.values()) + OTHERS
        found = index.searcher().num_docs
        if found != expected:
            raise DifferError(f"{self.url}: expected {expected:,} documents, found {found:,}")

    def _half(self) -> bytes | None:
        """What the next folder says of the publish of which it has a part; None where it is not there, or not whole."""
        try:
            index = search_index.opened(str(self._folders.next), self.url)
            index.reload()
            return rows_of(index.searcher(), [HALF]).get(0)
        except (StoreError, ValueError, OSError):
            return None

    def _now(self) -> Served | None:
        """What is served now; looked at anew when another publish came since. Raises StoreError."""
        with search_index.telling(self.url, "read"):
            while (mark := self._folders.mark()) is not None:
                known = self._served
                if known is not None and known[0] == mark:
                    return known[1]
                try:
                    index = search_index.opened(str(self._folders.served), self.url)
                    index.reload()
                    self._served = mark, _served_of(index.searcher(), self.url)
                except (StoreError, ValueError, OSError):
                    if self._folders.mark() == mark:  # else it was taken away meanwhile, as another one is served
                        raise
            return None


def _served_of(searcher: Any, url: str) -> Served | None:
    """What a searcher sees; None where nothing was published. Raises StoreError."""
    found = rows_of(searcher, [ABOUT])
    return Served(searcher, About.of_bytes(found[0], url, "to another folder")) if found else None


@dataclass(frozen=True)
class SearchSnapshot(PackedSnapshot):
    """What an index has of one release."""

    _searcher: Any

    def found(self, text: str, limit: int) -> Found:
        """The active people and the posts that a text finds, so many of each at most, the best first."""
        if limit < 1:
            return Found([], [])
        some = search_finding.people(self._searcher, text, limit)
        others = search_finding.posts(self._searcher, text, limit)
        return Found(self._read("profile", some), self._read("posts", others))

    def of_ids(self, view: str, key: str, ids: Iterable[int], *columns: str) -> list[Row]:
        """The rows of a view with these ids, in the column that says whose they are; all columns if none is named."""
        read = self._layout(view).reader(key, columns)
        found = rows_of(self._searcher, [key_of(view, one) for one in sorted(set(ids))])
        return [row for owner, value in sorted(found.items()) for row in read(owner, value)]

    def page(self, view: str, *_: Any, **__: Any) -> list[Row]:
        """Nothing has pages here. Raises StoreError."""
        raise StoreError(f"{self.told} has no pages of {view!r} in this store")

    def people(self, prefix: str, limit: int) -> list[Row]:
        """The rows of `user_directory` whose terms begin with a folded prefix, in the view's order."""
        rows = self._layout(DIRECTORY).rows
        some = search_finding.directory(self._searcher, prefix, limit) if limit > 0 else []
        found = [row for owner, value in some for row in rows.read(owner, value)]
        return sorted(found, key=lambda row: (row["term"], row["user_id"], row["field"]))[:limit]

    def _read(self, view: str, found: Mapping[int, bytes]) -> list[Row]:
        rows = self._layout(view).rows
        return [row for owner, value in found.items() for row in rows.read(owner, value)]

"""Reading: the views of one release, each at the exact version that the record names; loads no engine."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from pipelines.errors import NewsfeedError
from pipelines.releases.expiries import expiry_of
from pipelines.releases.release import Release, last_release, release
from pipelines.storage import delta, deltalog, places, query
from pipelines.storage.lake import Lake
from pipelines.views import VIEWS, named_in, unknown_view

if TYPE_CHECKING:
    from pipelines.storage.keyed import Keyed

WAY_OUT = "`newsfeed repair` makes it again, as a new release"


class ViewNotMade(NewsfeedError):
    """A release is of before there was a view."""


class LostView(NewsfeedError):
    """A view of a release cannot be read any more."""


class Views(Protocol):
    """What rows of views can be read from: a release, or the log as of a time."""

    @property
    def told(self) -> str:
        """In words what is read, such as `release 3`."""

    def of_ids(self, view: str, key: str, ids: Iterable[int], *columns: str) -> list[dict[str, Any]]:
        """The rows of a view with these ids, in the column that says whose they are; all columns if none is named."""


@dataclass(frozen=True)
class Reader:
    """Reads the views of one release."""

    lake: Lake
    release: Release

    @classmethod
    def of(cls, lake: Lake, number: int | None = None) -> "Reader":
        """The reader of a release by number, of the last one when None. Raises NoRelease."""
        return cls(lake, release(lake, number))

    @property
    def told(self) -> str:
        """In words what is read, such as `release 3`."""
        return f"release {self.release.number}"

    def place(self, view: str) -> tuple[str, int]:
        """Where a view is, and its version in the release. Raises UnknownView, ViewNotMade."""
        if view not in VIEWS:
            raise unknown_view(view)
        name = f"views/{view}"
        if name not in self.release.tables:
            raise ViewNotMade(
                f"release {self.release.number} has no view {view!r}: `newsfeed run --view {view}` makes it"
            )
        return self.lake.view(view), self.release.tables[name].version

    def tables(self, *views: str) -> dict[str, delta.Handle]:
        """The named views, all when none is named, as Delta tables at the release's versions."""
        wanted = views or tuple(view for view in VIEWS if f"views/{view}" in self.release.tables)
        found = {}
        for view in wanted:
            place, version = self.place(view)
            try:
                handle = delta.find(place, version)
            except deltalog.LostVersion as fault:
                raise self._gone(view, str(fault)) from fault
            if handle is None:
                raise self._gone(view, f"other tools took version {version} of {place} away")
            if delta.rows(handle) not in {None, self.release.tables[f"views/{view}"].rows}:
                raise self._gone(view, f"commits of {place} are lost")
            found[view] = handle
        return found

    def _gone(self, view: str, why: str) -> LostView:
        last = last_release(self.lake)
        way_out = WAY_OUT
        expiry = expiry_of(self.lake, self.release.number)
        if expiry is not None:
            why, way_out = f"the release was {expiry}", "read a release that is kept"
        elif last is not None and last.number > self.release.number:
            way_out = f"it is not made again, release {last.number} serves"
        return LostView(f"view {view!r} of release {self.release.number} is gone, {why}: {way_out}")

    @contextmanager
    def telling(self, *views: str) -> Iterator[None]:
        """Tell which data files of the views were taken away, should reading fail."""
        try:
            yield
        except Exception as fault:
            for view, handle in self.tables(*views).items() if views else ():
                missing = [file for file in delta.files(handle) if not places.exists(file)]
                if missing:
                    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
                    raise self._gone(view, f"other tools took {missing[0]}{more} away") from fault
            raise

    def of_ids(self, view: str, key: str, ids: Iterable[int], *columns: str) -> list[dict[str, Any]]:
        """The rows of a view with these ids, in a column that chooses a row's bucket; all columns if none is named.

        What is read of the files' footers is kept for the next call.
        """
        from pipelines.storage.keyed import Keyed

        if view not in self._keyed:
            (handle,) = self.tables(view).values()
            self._keyed[view] = Keyed(self.lake.view(view), handle, key, self.release.buckets)
        with self.telling(view):
            return self._keyed[view].rows(ids, columns)

    @cached_property
    def _keyed(self) -> "dict[str, Keyed]":
        return {}

    def rows(self, sql: str, *views: str) -> list[dict[str, Any]]:
        """The rows of a query over the views."""
        with self.telling(*views):
            return query.rows(self.tables(*views), sql)

    def result(self, sql: str, *views: str) -> query.Result:
        """The result of a query over these views, over those that it names when none is given.

        Raises NoQuery, QueryError.
        """
        tables = self.tables(*views) if views else self._named(sql)
        with self.telling(*tables):
            return query.query(tables, sql)

    def _named(self, sql: str) -> dict[str, delta.Handle]:
        """The views of the release whose names occur in a query: it can read no others."""
        found = [view for view in named_in(sql) if f"views/{view}" in self.release.tables]
        return self.tables(*found) if found else {}


def newsfeed(reader: Views, user_id: int, limit: int) -> list[dict[str, Any]]:
    """The first entries of a user's newsfeed, with names and texts."""
    return named_entries(reader, reader.of_ids("newsfeed", "reader_id", [user_id])[:limit])


def named_entries(reader: Views, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries of newsfeeds with names and texts."""
    known = people(reader, {entry[role] for entry in entries for role in ("author_id", "reposter_id")} - {None})
    written = posts(reader, {entry["post_id"] for entry in entries})
    return [
        {
            **entry,
            "author": known.get(entry["author_id"]),
            "reposter": known.get(entry["reposter_id"]),
            "text": written[entry["post_id"]]["text"] if entry["post_id"] in written else None,
        }
        for entry in entries
    ]


def people(reader: Views, ids: set[int], *more: str) -> dict[int, dict[str, Any]]:
    """The names of users by id, as far as they have a profile, and more of its columns."""
    rows = reader.of_ids("profile", "user_id", ids, "username", "first_name", "last_name", *more)
    return {row["user_id"]: row for row in rows}


def posts(reader: Views, ids: set[int]) -> dict[int, dict[str, Any]]:
    """The authors and texts of posts by id, as far as they stand."""
    return {row["post_id"]: row for row in reader.of_ids("posts", "post_id", ids, "author_id", "text")}


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"

"""PostgreSQL: `postgresql://USER@HOST:PORT/DATABASE[?schema=NAME]`, tables of SQL in a schema of their own.

A publish is served by one transaction, and what is read is one, too. Whoever asks the tables by SQL in a transaction
reads one release.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any

from psycopg.rows import dict_row

from pipelines.stores import postgresql_queries as queries
from pipelines.stores.base import Content, NothingPublished, Row, Snapshot, Stored, StoreError, Writing
from pipelines.stores.postgresql_client import LONGEST, Connection, Connections, connected, split, telling
from pipelines.stores.postgresql_tables import VIEWS, format_of, quoted
from pipelines.stores.postgresql_text import exact, kept
from pipelines.views import load_view


def opened(url: str) -> "PostgreSQL":
    """The store that a URL names. Raises UsageError."""
    told, schema, shown = split(url)
    return PostgreSQL(url, told, schema, shown)


@dataclass
class PostgreSQL:
    """A schema of a database; nothing is opened before it is needed."""

    url: str = field(repr=False)
    told: str = field(repr=False)
    schema: str
    shown: str
    views: tuple[str, ...] = VIEWS

    @cached_property
    def _connections(self) -> Connections:
        return Connections(self.told, self.shown)

    def stored(self) -> Stored | None:
        """Which release it serves; None when nothing was published there. Raises StoreError."""
        with self._connections.snapshot(asking(self.schema)) as (_, row):
            return None if row is None else stored_of(row, self.shown)

    @contextmanager
    def publishing(self, stored: Stored, *, whole: bool, plan: str) -> Iterator[Writing]:
        """Write changes, all of which are served, as this release, once the block ends; none if it raises, or dies.

        Raises StoreError, also where what is read back is not what the release has.
        """
        from pipelines.stores.postgresql_writing import Writer

        with telling(self.shown, "write"):
            connection = connected(self.told, LONGEST)
        with connection:
            connection.autocommit = False
            with telling(self.shown, "write"):
                writer = Writer(connection, self, stored, plan, whole=whole)
            yield writer
            with telling(self.shown, "write"):
                writer.finish()

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """Read what is served. Raises StoreError."""
        with self._connections.snapshot(asking(self.schema)) as (connection, row):
            if row is None:
                raise NothingPublished(self.shown)
            yield PostgreSQLSnapshot(connection, self.schema, self.shown, stored_of(row, self.shown))

    def close(self) -> None:
        """Let go of it."""
        self._connections.close()


@cache
def asking(schema: str) -> str:
    """The query for what is served."""
    return f"SELECT format, lake, release, views::text FROM {quoted(schema)}.served"


@lru_cache(maxsize=16)
def stored_of(row: tuple[Any, ...], url: str) -> Stored:
    """Which release is served, as its row says. Raises StoreError for tables of another version."""
    form, lake, release, views = row
    if form != format_of():
        raise StoreError(
            f"{url}: the tables are those of another version of this program: expected format {format_of()}, found "
            f"{form}: drop their schema, with CASCADE, and publish again"
        )
    return Stored(lake, release, {view: Content(*content) for view, content in json.loads(views).items()})


def stored_as_json(stored: Stored) -> str:
    """What is served of each view, as it is kept."""
    return json.dumps({view: list(content) for view, content in stored.views.items()})


@dataclass(frozen=True)
class PostgreSQLSnapshot:
    """What a schema has of one release, as a transaction sees it."""

    _connection: Connection
    _schema: str
    _url: str
    stored: Stored

    @property
    def told(self) -> str:
        """In words what is read, such as `release 3`."""
        return f"release {self.stored.release}"

    def of_ids(self, view: str, key: str, ids: Iterable[int], *columns: str) -> list[Row]:
        """The rows of a view with these ids, in the column that says whose they are; all columns if none is named."""
        return self._rows(view, queries.of_owners(self._schema, view, key, columns), [sorted(set(ids))])

    def page(self, view: str, owner: int, limit: int, behind: Row | None = None) -> list[Row]:
        """The first rows of an owner in the order of PAGED, of those that stand behind a row, which need not be there.

        Of that row just the columns of this order are asked.
        """
        condition, values = queries.behind(view, behind) if behind is not None else ("true", [])
        return self._rows(view, queries.page(self._schema, view, condition), [owner, *values, limit])

    def people(self, prefix: str, limit: int) -> list[Row]:
        """The rows of `user_directory` whose terms begin with a folded prefix, in the view's order."""
        begin = kept(prefix)
        end = queries.behind_all(begin)
        query = queries.people(self._schema, is_bounded=end is not None)
        return self._rows(queries.DIRECTORY, query, [begin, end or "", limit])

    def _rows(self, view: str, query: bytes, values: Sequence[Any]) -> list[Row]:
        """The rows of a query. Raises StoreError."""
        if view not in self.stored.views:
            raise StoreError(f"{self.told} has no view {view!r} in this store")
        with telling(self._url, "read"), self._connection.cursor(row_factory=dict_row) as cursor:
            rows: list[Row] = cursor.execute(query, values).fetchall()
        for name in _texts(view).intersection(rows[0] if rows else ()):
            for row in rows:
                row[name] = exact(row[name])
        return rows


@cache
def _texts(view: str) -> frozenset[str]:
    """The columns with texts that may have any character."""
    return frozenset(one.name for one in load_view(view).table.columns if one.type in {"string", "array<string>"})

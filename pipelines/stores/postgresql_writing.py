"""What is written to PostgreSQL beside what is served, and brought there, and read back, in one transaction."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg
import pyarrow as pa

from pipelines.stores import turns
from pipelines.stores.accounts import Accounts
from pipelines.stores.base import Change, Stored, StoreError
from pipelines.stores.postgresql import asking, stored_as_json, stored_of
from pipelines.stores.postgresql_client import Connection, telling
from pipelines.stores.postgresql_half import Half
from pipelines.stores.postgresql_queries import source
from pipelines.stores.postgresql_tables import (
    KEPT,
    TOLD_BY_OTHERS,
    Kept,
    completion,
    format_of,
    listed,
    quoted,
)
from pipelines.stores.postgresql_text import copied, uncopied
from pipelines.tables import Column

if TYPE_CHECKING:
    from pipelines.stores.postgresql import PostgreSQL

PIECE = 8 * 1024 * 1024
"""About how many bytes are read back at a time."""
BY_VIEW = {one.view: one for one in KEPT}


class Writer:
    """Writes the changes of one publish."""

    def __init__(self, connection: Connection, store: "PostgreSQL", stored: Stored, plan: str, *, whole: bool) -> None:
        self._connection, self._schema, self._url, self._stored = connection, store.schema, store.shown, stored
        self._be_alone()
        before = self._served()
        self._is_new = before is None
        self._is_whole = whole or before is None
        self._accounts = Accounts({} if before is None or whole else self._told(before).views)
        self._half = Half(connection, self._schema, plan, is_new=self._is_new)
        self._connection.commit()

    @property
    def done(self) -> int:
        """How many changes are there already."""
        return self._half.done

    def write(self, change: Change) -> None:
        """Write the next change beside what is served. Raises StoreError."""
        with telling(self._url, "write"):
            kept = BY_VIEW.get(change.view)
            if kept is not None:
                self._copy(self._half.place(kept), change.rows.select([column.name for column in kept.columns]))
                if not self._is_whole:
                    self._half.add(change.view, change.owners)
            self._half.keep()

    def finish(self) -> None:
        """Serve what was written, by one transaction. Raises StoreError unless it is what the release has."""
        try:
            self._serve()
            self._connection.commit()
        except (StoreError, psycopg.Error):
            with suppress(psycopg.Error):
                self._connection.rollback()
                self._half.drop()
                self._connection.commit()
            raise

    def _serve(self) -> None:
        """Bring what was written to the tables that are served, and say which release it is."""
        if self._is_new:
            self._run(*completion(self._schema))
        elif self._is_whole:
            self._run(*(f"DELETE FROM {one.place(self._schema)}" for one in KEPT))
            self._run(*map(self._insertion, KEPT))
        else:
            for kept in KEPT:
                self._replace(kept)
        if self._is_whole:
            for kept in KEPT:
                self._count(kept, "true")
            self._run(*(f"ANALYZE {kept.place(self._schema)}" for kept in KEPT))
        self._accounts.require(self._url, self._told(self._stored))
        self._require_both_ends()
        served = f"{quoted(self._schema)}.served"
        self._run(f"DELETE FROM {served}")
        self._connection.execute(
            f"INSERT INTO {served} (format, lake, release, views) VALUES (%s, %s, %s, %s)".encode(),
            [format_of(), self._stored.lake, self._stored.release, stored_as_json(self._stored)],
        )
        self._half.forget()

    def _served(self) -> Stored | None:
        """Which release is served. Raises StoreError for tables of another version."""
        place = f"{quoted(self._schema)}.served"
        (exists,) = self._connection.execute(b"SELECT to_regclass(%s) IS NOT NULL", [place]).fetchone() or [False]
        row = self._connection.execute(asking(self._schema).encode()).fetchone() if exists else None
        return None if row is None else stored_of(row, self._url)

    def _be_alone(self) -> None:
        """Wait until no other publish is under way. Raises StoreError when one is for long."""
        self._run(f"SET lock_timeout = '{turns.WAITS * 1000:.0f}ms'")
        try:
            self._connection.execute(b"SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"publish {self._schema}"])
        except psycopg.errors.LockNotAvailable:
            raise turns.not_done(self._url) from None
        self._run("SET lock_timeout = 0")

    def _run(self, *statements: str) -> None:
        self._connection.execute("; ".join(statements).encode())

    def _copy(self, place: str, rows: pa.Table) -> None:
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {place} FROM STDIN".encode()) as copy:
            for piece in copied(rows):
                copy.write(piece)

    def _insertion(self, kept: Kept) -> str:
        names = listed(kept.kept_names)
        return f"INSERT INTO {kept.place(self._schema)} ({names}) SELECT {names} FROM {self._half.place(kept)}"

    def _replace(self, kept: Kept) -> None:
        """Make the rows of owners those that were written, and touch none that stays as it is."""
        owners, written = self._half.owners(kept.view), self._half.place(kept)
        if not self._connection.execute(f"{owners} LIMIT 1".encode()).fetchone():
            return
        whose = f"{quoted(str(kept.declared.bucket_by))} IN ({owners})"
        self._run(f"ANALYZE {written}")
        self._count(kept, whose, went=True)
        place, names, keys = kept.place(self._schema), listed(kept.kept_names), listed(kept.key)
        theirs = f"{quoted(kept.owner)} IN ({owners})"
        known = " AND ".join(_same(kept, name) for name in kept.key)
        others = [quoted(name) for name in kept.kept_names if name not in kept.key]
        doing = f"UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in others)}" if others else "NOTHING"
        gone = f"SELECT FROM {written} AS i WHERE {known}"
        same = f"SELECT {names} FROM {place} WHERE {theirs}"
        new = f"SELECT {names} FROM {written} EXCEPT {same}"
        self._run(
            f"DELETE FROM {place} AS t WHERE t.{theirs} AND NOT EXISTS ({gone})",
            f"INSERT INTO {place} ({names}) ({new}) ON CONFLICT ({keys}) DO {doing}",
        )
        self._count(kept, whose)

    def _count(self, kept: Kept, condition: str, *, went: bool = False) -> None:
        """Count rows of a view, as they are read back."""
        for rows in self._read(kept, condition):
            (self._accounts.went if went else self._accounts.came)(kept.view, rows)

    def _read(self, kept: Kept, condition: str) -> Iterator[pa.Table]:
        """Rows of a view that fulfil a condition, in pieces."""
        table = kept.declared
        shown = ", ".join(map(_exported, table.columns))
        query = (
            f"COPY (SELECT {shown} FROM ({source(self._schema, kept.view, condition)}) AS rows) TO STDOUT (FORMAT csv)"
        )
        held, size = list[bytes](), 0
        with self._connection.cursor() as cursor, cursor.copy(query.encode()) as copy:
            for line in copy:
                held.append(bytes(line))
                size += len(line)
                if size > PIECE:
                    yield uncopied(b"".join(held), table)
                    held, size = [], 0
        if held:
            yield uncopied(b"".join(held), table)

    def _told(self, stored: Stored) -> Stored:
        """A release without the views that are not kept by themselves."""
        views = {view: content for view, content in stored.views.items() if view not in TOLD_BY_OTHERS}
        return Stored(stored.lake, stored.release, views)

    def _require_both_ends(self) -> None:
        """Raise StoreError unless as many users are followed as follow."""
        one, other = (self._stored.views.get(view) for view in ("followers", "followees"))
        if one is not None and (other is None or one.rows != other.rows):
            raise StoreError(f"{self._url}: expected as many rows in followers as in followees, found {one.rows:,}")


def _same(kept: Kept, name: str) -> str:
    """That rows have the same value in a column of the key, as SQL."""
    nullable = {column.name for column in kept.columns if column.nullable}
    return f"i.{quoted(name)} {'IS NOT DISTINCT FROM' if name in nullable else '='} t.{quoted(name)}"


def _exported(column: Column) -> str:
    """A column as it is read back: times in microseconds, lists as JSON."""
    name = quoted(column.name)
    if column.type == "timestamp":
        return f"(extract(epoch FROM {name}) * 1000000)::bigint"
    return f"to_json({name})::text" if column.type.startswith("array") else name

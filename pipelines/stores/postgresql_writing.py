"""What is written to PostgreSQL in one transaction, and read back before it is committed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pyarrow as pa

from pipelines.arrays import Int64s
from pipelines.stores import turns
from pipelines.stores.accounts import Accounts
from pipelines.stores.base import Change, Stored, StoreError
from pipelines.stores.postgresql import asking, source, stored_as_json, stored_of
from pipelines.stores.postgresql_client import Connection, telling
from pipelines.stores.postgresql_tables import (
    KEPT,
    TOLD_BY_OTHERS,
    Kept,
    completion,
    creation,
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

    def __init__(self, connection: Connection, store: "PostgreSQL", stored: Stored, *, whole: bool) -> None:
        self._connection, self._schema, self._url, self._stored = connection, store.schema, store.shown, stored
        self._be_alone()
        before = self._served()
        self._is_new = before is None
        self._is_whole = whole or before is None
        if before is None:
            self._run(f"CREATE SCHEMA IF NOT EXISTS {quoted(self._schema)}", *creation(self._schema))
        elif whole:
            self._run(*(f"DELETE FROM {one.place(self._schema)}" for one in KEPT))
        self._accounts = Accounts({} if before is None or whole else self._told(before).views)
        self._incoming = set[str]()

    done = 0

    def write(self, change: Change) -> None:
        """Put the rows of each owner in the place of what there was of it. Raises StoreError."""
        kept = BY_VIEW.get(change.view)
        if kept is None:
            return
        rows = change.rows.select([column.name for column in kept.columns])
        with telling(self._url, "write"):
            if self._is_whole:
                self._copy(kept.place(self._schema), rows)
            else:
                self._replace(kept, change.owners, rows)

    def finish(self) -> None:
        """Say which release it is. Raises StoreError unless what was written is what the release has."""
        if self._is_new:
            self._run(*completion(self._schema))
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

    def _served(self) -> Stored | None:
        """Which release is served. Raises StoreError for tables of another version."""
        place = f"{quoted(self._schema)}.served"
        (exists,) = self._connection.execute(b"SELECT to_regclass(%s) IS NOT NULL", [place]).fetchone() or [False]
        row = self._connection.execute(asking(self._schema).encode()).fetchone() if exists else None
        return None if row is None else stored_of(row, self._url)

    def _be_alone(self) -> None:
        """Wait until no other publish is under way. Raises StoreError when one is for long."""
        self._run(f"SET LOCAL lock_timeout = '{turns.WAITS * 1000:.0f}ms'")
        try:
            self._connection.execute(
                b"SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"publish {self._schema}"]
            )
        except psycopg.errors.LockNotAvailable:
            raise turns.not_done(self._url) from None
        self._run("SET LOCAL lock_timeout = 0")

    def _run(self, *statements: str) -> None:
        self._connection.execute("; ".join(statements).encode())

    def _copy(self, place: str, rows: pa.Table) -> None:
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {place} FROM STDIN".encode()) as copy:
            for piece in copied(rows):
                copy.write(piece)

    def _replace(self, kept: Kept, owners: Int64s, rows: pa.Table) -> None:
        """Make the rows of owners these, and touch none that stays as it is."""
        whose = f"{quoted(str(kept.declared.bucket_by))} = ANY('{{{','.join(map(str, owners.tolist()))}}}'::bigint[])"
        self._count(kept, whose, went=True)
        incoming = self._incoming_of(kept)
        self._copy(incoming, rows)
        place, names, keys = kept.place(self._schema), listed(kept.kept_names), listed(kept.key)
        theirs = f"{quoted(kept.owner)} = ANY(%s)"
        known = " AND ".join(_same(kept, name) for name in kept.key)
        others = [quoted(name) for name in kept.kept_names if name not in kept.key]
        doing = f"UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in others)}" if others else "NOTHING"
        gone = f"SELECT FROM {incoming} AS i WHERE {known}"
        same = f"SELECT {names} FROM {place} WHERE {theirs}"
        new = f"SELECT {names} FROM {incoming} EXCEPT {same}"
        for statement in (
            f"DELETE FROM {place} AS t WHERE t.{theirs} AND NOT EXISTS ({gone})",
            f"INSERT INTO {place} ({names}) ({new}) ON CONFLICT ({keys}) DO {doing}",
        ):
            self._connection.execute(statement.encode(), [owners.tolist()])
        self._run(f"TRUNCATE {incoming}")
        self._count(kept, whose)

    def _incoming_of(self, kept: Kept) -> str:
        """The table of this transaction to which rows of a view come."""
        name = quoted(f"incoming_{kept.view}")
        if kept.view not in self._incoming:
            self._run(f"CREATE TEMPORARY TABLE {name} (LIKE {kept.place(self._schema)}) ON COMMIT DROP")
            self._incoming.add(kept.view)
        return f"pg_temp.{name}"

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

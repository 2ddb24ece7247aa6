"""What there is in PostgreSQL of a publish that is not served yet: rows, and of how many changes they are.

Where nothing is served, rows come to the tables that will be; else to tables beside them. Who publishes is alone.
"""

from pipelines.arrays import Int64s
from pipelines.stores.postgresql_client import Connection
from pipelines.stores.postgresql_tables import KEPT, Kept, creation, format_of, quoted

NEXT = "next"
"""The table that says of which publish the rows are; the names of those beside the served ones begin with it."""


class Half:
    """What there is of a publish with a plan, which is nothing where something else is there; that is dropped."""

    def __init__(self, connection: Connection, schema: str, plan: str, *, is_new: bool) -> None:
        self._connection, self._schema, self._is_new = connection, schema, is_new
        self._told = f"{format_of()} {plan}"
        self.done = self._found()
        if not self.done:
            self.drop()
            self._make()

    def place(self, kept: Kept) -> str:
        """The table to which rows come, as SQL writes it."""
        return kept.place(self._schema) if self._is_new else self._beside(kept.table or kept.view)

    def owners(self, view: str) -> str:
        """The query for the owners of a view whose rows are there."""
        return f"SELECT owner FROM {self._beside('owners')} WHERE view = '{view}'"

    def add(self, view: str, owners: Int64s) -> None:
        """Say whose rows are there."""
        query = f"INSERT INTO {self._beside('owners')} SELECT %s, unnest(%s::bigint[])"
        self._connection.execute(query.encode(), [view, owners.tolist()])

    def keep(self) -> None:
        """Make one change more stay, whatever becomes of who publishes.

        The server may lose the last ones when it is killed, with what is said of them: the publish waits for no disk
        before all of it is served.
        """
        self._run(f"UPDATE {self._record} SET done = done + 1", "SET LOCAL synchronous_commit = off")
        self._connection.commit()
        self.done += 1

    def drop(self) -> None:
        """Take all of it away."""
        if self._is_new and self._is_there():
            self._run(*(f"DROP TABLE IF EXISTS {one.place(self._schema)} CASCADE" for one in KEPT))
            self._run(f"DROP TABLE IF EXISTS {quoted(self._schema)}.served")
        self.forget()

    def forget(self) -> None:
        """Take away what is beside the tables that are served."""
        beside = [self._beside(name) for name in ("owners", *(one.table or one.view for one in KEPT))]
        self._run(f"DROP TABLE IF EXISTS {', '.join([self._record, *beside])}")

    @property
    def _record(self) -> str:
        return f"{quoted(self._schema)}.{quoted(NEXT)}"

    def _beside(self, name: str) -> str:
        return f"{quoted(self._schema)}.{quoted(f'{NEXT}_{name}')}"

    def _is_there(self) -> bool:
        found = self._connection.execute(b"SELECT to_regclass(%s) IS NOT NULL", [self._record]).fetchone()
        return bool(found and found[0])

    def _found(self) -> int:
        """How many changes of this plan are there."""
        if not self._is_there():
            return 0
        query = f"SELECT done FROM {self._record} WHERE plan = %s"
        row = self._connection.execute(query.encode(), [self._told]).fetchone()
        return int(row[0]) if row else 0

    def _make(self) -> None:
        """Make the tables, without rows."""
        made = [f"CREATE TABLE {self.place(one)} (LIKE {one.place(self._schema)})" for one in KEPT]
        if self._is_new:
            made = [f"CREATE SCHEMA IF NOT EXISTS {quoted(self._schema)}", *creation(self._schema)]
        self._run(*made)
        self._run(f"CREATE TABLE {self._beside('owners')} (view text NOT NULL, owner bigint NOT NULL)")
        self._run(f"CREATE TABLE {self._record} (plan text NOT NULL, done bigint NOT NULL)")
        self._connection.execute(f"INSERT INTO {self._record} VALUES (%s, 0)".encode(), [self._told])

    def _run(self, *statements: str) -> None:
        self._connection.execute("; ".join(statements).encode())

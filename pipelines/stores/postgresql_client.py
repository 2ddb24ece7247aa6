"""Connections to PostgreSQL, whose faults are told on one line, and which wait for no answer for ever."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg.errors import _WaitTimeout

from pipelines.errors import UsageError
from pipelines.storage.waiting import PATIENCE
from pipelines.stores.base import StoreError
from pipelines.stores.base import shown as without_password

OLDEST = 150000
"""The first version that has `NULLS NOT DISTINCT`."""
SCHEMA = "newsfeed"
"""The schema when a URL names none."""
LONGEST = 3600
"""The seconds that a statement of a publish may take, such as one that makes an index."""
SETTINGS = "-c TimeZone=UTC -c DateStyle=ISO -c client_min_messages=warning"
PASSING = ("08", "40", "53300", "55P03", "57P")
"""What the codes of faults begin with that may pass: no connection, conflicts, too many clients, a lock, a shutdown."""
LASTING = ("authentication", "does not exist", "permission denied", "no pg_hba.conf entry", "not permitted")
"""What a server says that takes no connection, and will take none."""


BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
Row = tuple[Any, ...]


class Connection(psycopg.Connection[Any]):
    """A connection that waits for each answer for so many seconds."""

    patience: float = PATIENCE

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """What comes of an operation. Raises TimeoutError."""
        try:
            return super().wait(gen, interval, timeout or self.patience)
        except _WaitTimeout:
            self.pgconn.finish()
            raise TimeoutError(f"no answer in {self.patience:.0f} seconds") from None


def split(url: str) -> tuple[str, str, str]:
    """What the client is told of a URL, the schema that it names, and the URL without its password.

    Raises UsageError.
    """
    shown = without_password(url)
    try:
        parts = urlsplit(url)
        _, named = parts.port, dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError as fault:
        raise UsageError(f"{shown}: expected postgresql://USER@HOST:PORT/DATABASE, found {fault}") from None
    schema = named.pop("schema", SCHEMA)
    if not schema or "\0" in schema or len(schema.encode()) > 63:
        raise UsageError(f"{shown}: expected the name of a schema, of 63 bytes at most, found {schema!r}")
    told = urlunsplit(parts._replace(scheme="postgresql", query=urlencode(named, quote_via=quote)))
    try:
        psycopg.conninfo.conninfo_to_dict(told)
    except psycopg.ProgrammingError as fault:
        raise UsageError(f"{shown}: {_said(fault)}") from None
    return told, schema, shown


def connected(told: str, patience: float) -> Connection:
    """A connection whose statements are transactions of their own, unless one begins. Raises psycopg.Error."""
    made = Connection.connect(
        told, autocommit=True, connect_timeout=PATIENCE, options=SETTINGS, tcp_user_timeout=PATIENCE * 1000
    )
    made.patience = patience
    if made.info.server_version < OLDEST:
        made.close()
        raise StoreError(f"expected PostgreSQL 15 or a newer one, found {made.info.server_version / 10000:.1f}")
    return made


@contextmanager
def telling(shown: str, doing: str) -> Iterator[None]:
    """Tell faults of PostgreSQL as a StoreError on one line."""
    try:
        yield
    except TimeoutError as fault:
        raise StoreError(f"cannot {doing} {shown}: {fault}", transient=True) from fault
    except psycopg.Error as fault:
        raise StoreError(f"cannot {doing} {shown}: {_said(fault)}", transient=_may_pass(fault)) from fault


def _said(fault: psycopg.Error) -> str:
    """A fault in the words of the server, or of its client."""
    diagnosis = fault.diag
    if diagnosis.message_primary:
        return diagnosis.message_primary + (f" ({diagnosis.message_detail})" if diagnosis.message_detail else "")
    if "timeout" in type(fault).__name__.lower():
        return f"no answer in {PATIENCE} seconds"
    lines = [line.strip() for line in str(fault).splitlines() if line.strip()] or [type(fault).__name__]
    return lines[0].rpartition("FATAL:")[2].strip().rstrip(":")


def _may_pass(fault: psycopg.Error) -> bool:
    if fault.sqlstate:
        return fault.sqlstate.startswith(PASSING)
    return isinstance(fault, psycopg.OperationalError) and not any(word in str(fault) for word in LASTING)


class Connections:
    """The connections of a store that nobody uses just now; any thread may take one."""

    def __init__(self, told: str, shown: str, most: int = 16) -> None:
        self._told, self._shown, self._most = told, shown, most
        self._idle: list[Connection] = []

    @contextmanager
    def snapshot(self, first: str) -> Iterator[tuple[Connection, Row | None]]:
        """A connection on which all that is read is of one state, and the row of a first query.

        There is no row where the query's table is not there. Raises StoreError.
        """
        with telling(self._shown, "read"):
            connection, row = self._begun(f"{BEGIN}; {first}".encode())
        try:
            yield connection, row
        except BaseException:
            connection.close()
            raise
        with suppress(psycopg.Error, TimeoutError):
            connection.execute(b"COMMIT")
        self._give_back(connection)

    def close(self) -> None:
        """Close all that are idle."""
        while self._idle:
            self._idle.pop().close()

    def _begun(self, first: bytes) -> tuple[Connection, Row | None]:
        """A connection in a transaction: one that was idle, if its server still knows it, or a new one."""
        while self._idle:
            with suppress(IndexError, psycopg.OperationalError, TimeoutError):
                return _beginning(self._idle.pop(), first)
        return _beginning(connected(self._told, PATIENCE), first)

    def _give_back(self, connection: Connection) -> None:
        if connection.closed or len(self._idle) >= self._most:
            connection.close()
        else:
            self._idle.append(connection)


def _beginning(connection: Connection, first: bytes) -> tuple[Connection, Row | None]:
    """The connection, and the row of the last of some statements, all of which are sent at once."""
    try:
        cursor = connection.execute(first)
        while cursor.nextset():
            pass
        return connection, cursor.fetchone()
    except psycopg.errors.UndefinedTable:
        return connection, None
    except BaseException:
        connection.close()
        raise

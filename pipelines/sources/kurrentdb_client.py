"""The client of KurrentDB: how a URL names a database and a stream of it, and what it is asked."""

import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from sys import maxsize
from typing import Any
from urllib.parse import quote, unquote

from kurrentdbclient import KDB_SYSTEM_EVENTS_REGEX, KurrentDBClient, RecordedEvent, StreamState
from kurrentdbclient.exceptions import KurrentDBClientError, NotFoundError, ProgrammingError

from pipelines.errors import UsageError, reason
from pipelines.sources.streams import parts_of
from pipelines.storage.places import PlaceError

FORM = "kurrentdb://HOST:PORT[,HOST:PORT…]/$all or /$ce-CATEGORY"
ALL = "$all"
SERVERS = re.compile(r"\w+://([^/?#]*)")
SERVER = re.compile(r"(?:[\w.-]+|\[[\da-fA-F:]+\]):\d{1,5}")
USER, PASSWORD = "KURRENTDB_USERNAME", "KURRENTDB_PASSWORD"
"""The variables that say who reads: in a URL they would stand in logs, and in the quarantine."""
PATIENCE = 10
"""The seconds in which a server has to say where a stream ends, and that it is still there."""
OURS = f"KeepAliveInterval={PATIENCE * 1000}&KeepAliveTimeout={PATIENCE * 1000}"
NOT_SYSTEMS = (KDB_SYSTEM_EVENTS_REGEX,)


@dataclass(frozen=True)
class Name:
    """The servers that a URL names, the stream, and the settings of the client."""

    servers: str
    stream: str
    settings: str

    @property
    def uri(self) -> str:
        """How the client names the servers, with who reads."""
        user = f"{quote(os.environ[USER], '')}:{quote(os.environ.get(PASSWORD, ''), '')}@" if USER in os.environ else ""
        return f"kurrentdb://{user}{self.servers}?{'&'.join(filter(None, (self.settings, OURS)))}"


def named(url: str) -> Name:
    """What a URL names. Raises UsageError."""
    servers = SERVERS.match(url)
    if servers is not None and "@" in servers[1]:
        raise UsageError(f"{url.replace(servers[1], '…')}: expected no user in the URL, but in {USER} and {PASSWORD}")
    parts = parts_of(url, FORM)
    stream = unquote(parts.path.removeprefix("/"))
    if not stream or parts.fragment or not all(map(SERVER.fullmatch, parts.netloc.split(","))):
        raise UsageError(f"{url}: expected a URL such as {FORM}")
    return Name(parts.netloc, stream, parts.query)


def place(stream: str, event: RecordedEvent) -> int:
    """Where an event is in a stream: its commit position in all, elsewhere its revision, or that of its link."""
    return event.commit_position if stream == ALL else (event.link or event).stream_position


@dataclass(frozen=True)
class Client:
    """What asks the servers of a URL for the events of its stream."""

    url: str
    name: Name
    _client: Any

    def end(self) -> int:
        """The place of the last event as of now, -1 where there is none. Raises PlaceError."""
        with self.telling():
            if self.name.stream == ALL:
                return int(self._client.get_commit_position(filter_exclude=NOT_SYSTEMS, timeout=PATIENCE)) or -1
            version = self._client.get_current_version(self.name.stream, timeout=PATIENCE)
        if version is StreamState.NO_STREAM:
            raise self.failed("there is no such stream")
        return int(version)

    def events(self, start: int | None, limit: int = maxsize) -> Iterator[RecordedEvent]:
        """The events from a place on, those that links lead to in their stead. Raises PlaceError."""
        with self.telling():
            if self.name.stream == ALL:
                found = self._client.read_all(commit_position=start, filter_exclude=NOT_SYSTEMS, limit=limit)
            else:
                asked = {"stream_position": start, "resolve_links": True, "limit": limit}
                found = self._client.read_stream(self.name.stream, **asked)
            try:
                yield from found
            finally:
                found.stop()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Tell what the client says as a PlaceError."""
        try:
            yield
        except NotFoundError as fault:
            raise self.failed("there is no such stream") from fault
        except (KurrentDBClientError, ProgrammingError) as fault:
            raise self.failed(f"{reason(fault)} ({type(fault).__name__})") from fault

    def failed(self, words: str) -> PlaceError:
        """What to say of a fault."""
        return PlaceError(f"cannot read {self.url}: {words}")


class _KurrentDBClient(KurrentDBClient):
    """The client, which tells the server who reads as a URI has it; there it is quoted."""

    def construct_call_credentials(self, username: str | None, password: str | None) -> Any:
        return super().construct_call_credentials(unquote(username or ""), unquote(password or ""))


@contextmanager
def client_of(url: str) -> Iterator[Client]:
    """The client of a URL. Raises UsageError for settings that it does not know, PlaceError."""
    name = named(url)
    try:
        opened = _KurrentDBClient(name.uri)
    except (ValueError, OSError) as fault:
        raise UsageError(f"{url}: {reason(fault)}") from fault
    except KurrentDBClientError as fault:
        raise PlaceError(f"cannot read {url}: {reason(fault)}") from fault
    with closing(opened):
        yield Client(url, name, opened)

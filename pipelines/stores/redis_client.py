"""Clients of Redis, whose faults are told on one line, and what a URL says of one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit, urlunsplit

from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    RedisError,
    WatchError,
)
from redis.exceptions import (
    ConnectionError as NotConnected,
)
from redis.exceptions import (
    TimeoutError as TimedOut,
)
from redis.retry import Retry

from pipelines.errors import UsageError, reason
from pipelines.storage.waiting import PATIENCE
from pipelines.stores.base import StoreError
from pipelines.stores.base import shown as without_password

PREFIX = "newsfeed"
"""What keys begin with when a URL does not say it."""
NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
"""What keys may begin with: nothing that would stand for other keys, too."""
SETTINGS = {"db", "ssl_ca_certs", "ssl_cert_reqs", "ssl_certfile", "ssl_keyfile", "ssl_check_hostname"}
"""What else a URL may say."""
LOST = (NotConnected, TimedOut, WatchError, BusyLoadingError)
"""Faults that may pass."""
LASTING = (AuthenticationError, NoPermissionError)


class Place(NamedTuple):
    """What the client is told of a URL, what keys begin with, and the URL without its password."""

    told: str
    prefix: str
    shown: str


def place_of(url: str) -> Place:
    """What a URL says. Raises UsageError."""
    shown = without_password(url)
    try:
        parts = urlsplit(url)
        named = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        prefix = named.pop("prefix", PREFIX)
        if not NAME.fullmatch(prefix):
            raise UsageError(f"{shown}: expected a prefix of letters of ASCII, digits, _, . and -, found {prefix!r}")
        if unknown := sorted(set(named) - SETTINGS):
            raise UsageError(
                f"{shown}: expected no settings but prefix, {', '.join(sorted(SETTINGS))}, found {unknown[0]}"
            )
        told = urlunsplit(parts._replace(query=urlencode(named, quote_via=quote)))
        _require_number(parts)
        client(told).close()
    except (ValueError, TypeError) as fault:
        raise UsageError(f"{shown}: expected redis://HOST:PORT/NUMBER, found {fault}") from None
    return Place(told, prefix, shown)


def _require_number(parts: SplitResult) -> None:
    """Raise ValueError where a URL names no host, or a database that is no number: the client takes its own then."""
    number = parts.path.strip("/")
    if parts.scheme != "unix" and not parts.hostname:
        raise ValueError("no host")
    if parts.scheme != "unix" and number and not (number.isascii() and number.isdecimal()):
        raise ValueError(f"the database {number!r}")


def client(told: str, name: str | None = None) -> Redis:
    """A client of many connections that any thread may use; where it has a name, of a single one of this name."""
    pool = ConnectionPool.from_url(
        told,
        protocol=2,  # by a newer one a server that wants a password says what concerns its clients alone
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
        client_name=name,
        max_connections=None if name is None else 1,
    )
    return Redis.from_pool(pool)


@contextmanager
def telling(shown: str, doing: str) -> Iterator[None]:
    """Tell faults of Redis as a StoreError on one line."""
    try:
        yield
    except (RedisError, OSError) as fault:
        may_pass = isinstance(fault, (*LOST, OSError)) and not isinstance(fault, LASTING)
        raise StoreError(f"cannot {doing} {shown}: {_said(fault)}", transient=may_pass) from fault


def _said(fault: BaseException) -> str:
    """A fault in words."""
    if isinstance(fault, WatchError):
        return "another publish came first"
    if isinstance(fault, TimedOut | TimeoutError):
        return f"no answer in {PATIENCE} seconds"
    return (
        reason(fault)
        if isinstance(fault, OSError)
        else (str(fault).splitlines() or [type(fault).__name__])[0].rstrip(".")
    )

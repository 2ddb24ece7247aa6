"""Who may ask what: tokens, the hosts by which the server is called, and how much one client may ask."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from ipaddress import ip_address
from pathlib import Path

from pipelines.errors import NewsfeedError, UsageError, reason
from pipelines.serving.page.signing import OPEN as OPEN_PAGES

VARIABLE = "NEWSFEED_TOKENS"
"""The variable that has tokens, with spaces or commas between them."""
SHORTEST = 16
TOKEN = re.compile(r"[\x21-\x2b\x2d-\x7e]+")
LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
OPEN = frozenset({"/healthz", "/readyz"})
"""What who has no token is told too: it says nothing of what is served."""
HOW = f"set {VARIABLE} or --tokens FILE when the server is started, and send `Authorization: Bearer TOKEN`"


class Unreadable(NewsfeedError):
    """The file of tokens cannot be read."""


@dataclass(frozen=True)
class Limits:
    """What one client may ask: bytes of a body, and requests a second, twice as many at once; 0 is any number."""

    body: int = 1 << 20
    rate: float = 1000.0


@dataclass(frozen=True)
class Safety:
    """Who may ask: whoever has one of the tokens, of which hashes are kept; where `is_open`, anyone may read.

    `hosts` are the names by which clients of an open server call it: a page of another site that lets its own name
    lead to this address is not answered. None are any.
    """

    tokens: tuple[bytes, ...] = ()
    is_open: bool = True
    hosts: frozenset[str] | None = LOCAL
    limits: Limits = Limits()

    @classmethod
    def of(cls, host: str, tokens: tuple[bytes, ...], limits: Limits, *, is_private: bool) -> "Safety":
        """What holds at an address. Raises UsageError for one that others reach where there is no token."""
        is_open = is_loopback(host) and not is_private
        if not is_open and not tokens:
            what = "--private" if is_loopback(host) else f"--host {host}"
            raise UsageError(f"{what}: expected tokens beside it: set {VARIABLE} or --tokens FILE")
        own = f"[{host}]" if ":" in host else host.lower()
        return cls(tokens, is_open, LOCAL | {own} if is_open else None, limits)

    def refusal(self, method: str, path: str, host: str, authorization: str) -> tuple[int, str] | None:
        """With which status a request is refused, and why; None where it is not."""
        if self.hosts is not None and _name(host) not in self.hosts:
            return 421, "this server is not called by that name: expected the host localhost or 127.0.0.1"
        if path in OPEN | OPEN_PAGES or (self.is_open and method == "GET"):
            return None
        if not self.tokens:
            return 403, f"to write needs a token: {HOW}"
        kind, _, token = authorization.partition(" ")
        if kind.lower() == "bearer" and self.knows(token.strip()):
            return None
        return 401, "expected `Authorization: Bearer TOKEN` with a token of this server"

    def knows(self, token: str) -> bool:
        """Whether a token is one of ours, which takes as long whatever it is."""
        digest = sha256(token.encode("utf-8", "surrogateescape")).digest()
        return sum(compare_digest(digest, one) for one in self.tokens) > 0


def _name(host: str) -> str:
    """The host without its port."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def tokens_of(file: str | None, variables: Mapping[str, str] = os.environ) -> tuple[bytes, ...]:
    """The hashes of the tokens that a file and the environment have. Raises UsageError, Unreadable."""
    given = variables.get(VARIABLE, "").replace(",", " ").split()
    if file is not None:
        try:
            given += Path(file).read_text("utf-8").split()
        except (OSError, ValueError) as fault:
            raise Unreadable(f"cannot read {file}: {reason(fault)}") from fault
    where = VARIABLE if file is None else f"--tokens {file}"
    if any(len(token) < SHORTEST or not TOKEN.fullmatch(token) for token in given):
        raise UsageError(f"{where}: expected tokens of at least {SHORTEST} letters, digits and signs of ASCII each")
    if file is not None and not given:
        raise UsageError(f"{where}: expected tokens, a line each")
    return tuple(sha256(token.encode()).digest() for token in given)

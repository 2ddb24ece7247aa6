"""`python -m tests.servers.NAME up` and `down`: what all servers' scripts have in common."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pipelines.errors import NewsfeedError
from tests.servers.processes import RunsAlreadyError

STATE = Path(".servers")
"""Where servers that `up` started keep what they write, below the current folder."""


class Server(Protocol):
    """Some processes that are one server."""

    def start(self) -> str:
        """Start it and wait until it answers; what to say of it: where it is and what to try. Raises ServerError."""

    def stop(self) -> None:
        """Stop it; one that is not there is no fault."""


def main(name: str, server: Server, arguments: Sequence[str]) -> int:
    """Start or stop a server, as the one argument says: 0, 1 when it does not start, 2 for another argument."""
    if list(arguments) not in (["up"], ["down"]):
        sys.stderr.write(f"error: expected `python -m tests.servers.{name} up` or `down`\n")
        return 2
    try:
        if arguments[0] == "down":
            server.stop()
        else:
            sys.stdout.write(f"{server.start()}\n")
    except NewsfeedError as fault:
        if not isinstance(fault, RunsAlreadyError):
            server.stop()
        sys.stderr.write(f"error: {fault}\n")
        return 1
    return 0

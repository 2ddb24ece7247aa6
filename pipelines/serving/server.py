"""Running the application: a socket that listens, and a server that ends when it is told to."""

import gc
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from pipelines.errors import NewsfeedError, reason
from pipelines.serving.patience import Patience

if TYPE_CHECKING:
    from starlette.types import ASGIApp

GRACE = 8
"""The seconds in which requests under way are finished once the server is told to end."""


class CannotListen(NewsfeedError):
    """The server cannot listen at an address."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens at an address. Raises CannotListen."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=2048)
    except (OSError, UnicodeError) as fault:
        raise CannotListen(f"cannot listen at {host} port {port}: {_why(fault)}") from fault


def _why(fault: Exception) -> str:
    return fault.strerror or reason(fault) if isinstance(fault, socket.gaierror) else reason(fault)


def url_of(listener: socket.socket) -> str:
    """The URL at which a socket listens."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Ends when that is told, by whoever hears signals."""

    def __init__(self, config: uvicorn.Config, is_told_to_end: Callable[[], bool]) -> None:
        super().__init__(config)
        self._is_told_to_end = is_told_to_end

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        self.should_exit = self.should_exit or self._is_told_to_end()
        return await super().on_tick(counter)


def serve(app: "ASGIApp", listener: socket.socket, is_told_to_end: Callable[[], bool]) -> None:
    """Serve an application at a socket until that is told, then finish what is under way."""
    _log_errors()
    gc.freeze()  # all that is loaded stays: to look through it once more keeps requests waiting
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=Patience,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )
    _Server(config, is_told_to_end).run(sockets=[listener])


def _log_errors() -> None:
    """Log what goes wrong with the server as all else is logged, and nothing of what clients do wrong."""
    logger = logging.getLogger("uvicorn.error")
    logger.handlers, logger.propagate = logging.getLogger("pipelines").handlers, False
    logger.setLevel(logging.ERROR)

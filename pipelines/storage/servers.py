"""Servers of URLs: whether they answer at all, which their clients alone would ask for minutes, or for ever."""

import socket
from contextlib import suppress
from threading import Thread
from urllib.parse import urlsplit

from pipelines.storage import places, urls

PATIENCE = 9
"""The seconds in which a server has to accept a connection, and again to answer."""


def require_answer(url: str) -> None:
    """Raise UrlError for a URL that nothing here can reach, PlaceError unless its server answers soon."""
    urls.remote(url)
    try:
        server = urlsplit(url)
        port = server.port
    except ValueError as fault:
        raise places.PlaceError(f"cannot reach {url}: {fault}") from fault
    with places.telling("reach", url), suppress(socket.gaierror):  # a name that only the client's configuration knows
        if server.hostname and port:
            socket.create_connection((server.hostname, port), timeout=PATIENCE).close()
    asked = Thread(target=_ask, args=(url,), daemon=True)
    asked.start()
    asked.join(PATIENCE)
    if asked.is_alive():
        raise places.PlaceError(f"cannot reach {url}: no answer in {PATIENCE} seconds")


def _ask(url: str) -> None:
    with suppress(Exception):  # that is an answer too
        places.exists(url)

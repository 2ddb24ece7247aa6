"""Servers of URLs: whether they answer at all, which their clients alone would ask for minutes, or for ever."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from urllib.parse import urlsplit

from pipelines.storage import places, stores, urls
from pipelines.storage.waiting import PATIENCE, within

BREAK = 2.0
"""The seconds between an answer and the next question."""
_NEEDED = set[str]()
"""A URL of each server that answered, on which this process relies since."""


def require_answer(url: str) -> None:
    """Raise UrlError for a URL that nothing here can reach, PlaceError unless its server answers soon.

    An object store is asked for what there is, as its client does not wait for ever: it may also have no such bucket,
    or refuse the keys.
    """
    filesystem, path = urls.remote(url)
    if stores.is_object_store(url):
        with places.telling("reach", url):
            filesystem.ls(path)
    else:
        _require_server(url)
    if all(urlsplit(other)[:2] != urlsplit(url)[:2] for other in _NEEDED):
        _NEEDED.add(url)


def _require_server(url: str) -> None:
    """Raise PlaceError unless the server of a URL accepts connections, and answers."""
    try:
        server = urlsplit(url)
        port = server.port
    except ValueError as fault:
        raise places.PlaceError(f"cannot reach {url}: {fault}") from fault
    with places.telling("reach", url), suppress(socket.gaierror):  # a name that only the client's configuration knows
        if server.hostname and port:
            socket.create_connection((server.hostname, port), timeout=PATIENCE).close()
    try:
        within(_answers, url)
    except TimeoutError as fault:
        raise silent(url) from fault


def silent(url: str) -> places.PlaceError:
    """What to say of a URL whose server does not answer."""
    return places.PlaceError(f"cannot reach {url}: no answer in {PATIENCE} seconds")


@contextmanager
def watched(gone: Callable[[str], None]) -> Iterator[None]:
    """Ask, in the meantime, the servers that answered, and call a function with the URL of one that does not any more.

    The function is called in another thread: this one may wait for that very server, in a client without bounds.
    """
    ended = Event()
    Thread(target=_watch, args=(gone, ended), daemon=True).start()
    try:
        yield
    finally:
        ended.set()
        _NEEDED.clear()


def _watch(gone: Callable[[str], None], ended: Event) -> None:
    """Count for each server the seconds without an answer, as long as nothing has ended.

    Only those count in which this process runs: it may be stopped, or one of its threads keep all others waiting.
    """
    asking, without = dict[str, Event](), dict[str, int]()
    while not ended.wait(1):
        for url in list(_NEEDED):
            if url not in asking:
                asking[url] = Event()
                Thread(target=_ask, args=(url, asking[url], ended), daemon=True).start()
            without[url] = 0 if asking[url].is_set() else without.get(url, 0) + 1
            asking[url].clear()
            if without[url] > PATIENCE + BREAK and not ended.is_set():
                gone(url)


def _ask(url: str, answered: Event, ended: Event) -> None:
    """Ask a server again and again, and note that it answered."""
    while not ended.wait(BREAK):
        with suppress(TimeoutError):
            if _answers(url):
                answered.set()


def _answers(url: str) -> bool:
    """Whether a server answers at all, be it with a refusal; this may take for ever. Raises TimeoutError."""
    try:
        filesystem, path = urls.remote(url)
        filesystem.exists(path)
    except PermissionError:
        return True
    except TimeoutError:
        raise
    except OSError:
        return False
    except Exception:  # noqa: BLE001 (that is an answer too)
        return True
    return True

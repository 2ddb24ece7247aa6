"""Servers that do not answer: a call whose client knows no bounds is left in a thread, and who is silent is known."""

import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from pipelines.errors import is_of_a_store_that_is_gone, reason
from pipelines.storage.stores import LONGEST, is_object_store
from pipelines.storage.urls import HDFS

PATIENCE = 9
"""The seconds in which a call has to be answered; one that reads or writes asks for PIECE bytes at most."""
PIECE = 8 * 1024 * 1024
"""How many bytes a call reads or writes at most: a server that is slow with them is not silent."""
P = ParamSpec("P")
T = TypeVar("T")


def unanswered() -> TimeoutError:
    """What is raised for a call that was not answered in PATIENCE seconds."""
    return TimeoutError(f"no answer in {PATIENCE} seconds")


def within(call: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """What a call answers. Raises TimeoutError when it does not in PATIENCE seconds, and what it raises.

    Only those seconds count in which this process runs.
    """
    answers = SimpleQueue[tuple[T | None, BaseException | None]]()

    def ask() -> None:
        try:
            answers.put((call(*arguments, **options), None))
        except BaseException as fault:  # noqa: BLE001 (who waits gets it, whatever it is)
            answers.put((None, fault))

    Thread(target=ask, daemon=True).start()
    for _ in range(PATIENCE):
        with suppress(Empty):
            answer, fault = answers.get(timeout=1)
            break
    else:
        raise unanswered()
    if fault is not None:
        raise fault
    return answer  # type: ignore[return-value]


def of_table(place: str, call: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """What a call of the client of tables answers, for a table at a place. Raises TimeoutError on HDFS.

    That client has bounds of its own for object stores; the system has what bounds there are for local files.
    """
    if urlsplit(place).scheme in HDFS:
        return within(call, *arguments, **options)
    return call(*arguments, **options)


class Silence:
    """Of which servers it is known that they do not answer: for a while nothing more is asked of them.

    What a command does on its way out, such as taking away what it staged, would ask again, each time for LONGEST.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, str]] = {}

    def note(self, place: str, fault: BaseException) -> None:
        """Note a fault of a place, if it says that its server does not answer."""
        is_gone = is_of_a_store_that_is_gone(fault) if is_object_store(place) else isinstance(fault, TimeoutError)
        if is_gone and "://" in place:
            self._known[_bucket(place)] = time.monotonic() + LONGEST, reason(fault)

    def at(self, place: str) -> str | None:
        """Why nothing is to be asked of a place now; None where there is no reason."""
        until, why = self._known.get(_bucket(place), (0.0, "")) if self._known else (0.0, "")
        return why if time.monotonic() < until else None


def _bucket(place: str) -> str:
    return "/".join(place.split("/", 3)[:3])


silence = Silence()
"""What this process knows."""

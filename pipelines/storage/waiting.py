"""Calls of clients that know no bounds: who waits for one gets on, and leaves it waiting in a thread."""

from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from pipelines.storage.urls import HDFS

PATIENCE = 9
"""The seconds in which a call has to be answered; one that reads or writes asks for PIECE bytes at most."""
PIECE = 8 * 1024 * 1024
"""How many bytes a call reads or writes at most: a server that is slow with them is not silent."""
P = ParamSpec("P")
T = TypeVar("T")


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
        raise TimeoutError(f"no answer in {PATIENCE} seconds")
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

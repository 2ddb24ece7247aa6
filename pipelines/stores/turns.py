"""Whose turn it is to publish to a store: one publishes at a time; another one waits for a while, not for ever."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from pipelines.stores.base import StoreError

WAITS = 60.0
"""For how many seconds a publish waits for another one."""
PAUSE = 0.05

T = TypeVar("T")


def in_turn(attempt: Callable[[], T | None], url: str) -> T:
    """What an attempt gives that gives nothing while another one publishes. Raises StoreError if one does for long."""
    until = time.monotonic() + WAITS
    while not (found := attempt()):
        if time.monotonic() > until:
            raise not_done(url)
        time.sleep(PAUSE)
    return found


def not_done(url: str) -> StoreError:
    """What is told of another publish that does not end."""
    return StoreError(f"cannot write {url}: another publish is not done yet", transient=True)


@contextmanager
def alone(path: str, url: str) -> Iterator[None]:
    """Be the only one who publishes to what has this file. Raises StoreError when another one does for long."""
    file = os.open(path, os.O_RDONLY)
    try:
        in_turn(partial(_locked, file), url)
        yield
    finally:
        os.close(file)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

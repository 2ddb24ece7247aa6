"""Scratch folders: each belongs to a process, and what a dead one left is taken away by the next that needs one.

On local storage a lock says that the process lives: the system takes it away however the process ends. A lock says
nothing of another machine's processes, and there is none at a URL: what they left goes when nothing was written in it
for a week.
"""

import fcntl
import os
import platform
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO

from pipelines.storage import folders, places
from pipelines.storage.stores import is_object_store

KEPT = timedelta(days=7)
"""How long a folder is left alone of which nothing says whether its process lives."""
STARTED = "%Y%m%dT%H%M%SZ"
UNDATED = re.compile("[0-9a-f]{32}")
"""The names of folders of before there were locks, and names that say when a process began."""
LOCK = ".lock"
BEGAN = "began"
"""The object by which others see a folder of an object store."""
BOOT = Path("/proc/sys/kernel/random/boot_id")


@contextmanager
def scratch(parent: str) -> Iterator[str]:
    """A new folder for what only this process needs, gone when it is done. Raises PlaceError."""
    folders.make(parent)
    sweep(parent)
    folder = places.join(parent, f"{datetime.now(UTC):{STARTED}}-{uuid.uuid4().hex}")
    with _locked(folder):
        try:
            _begin(folder)
            yield folder
        finally:
            with suppress(places.PlaceError):  # what stays behind now, the next command takes away
                _in_full(partial(folders.remove, folder))


def _begin(folder: str) -> None:
    """Make a folder that others see; in an object store, where there are none, by what is in it."""
    folders.make(folder)
    if is_object_store(folder):
        with places.writing(places.join(folder, BEGAN)):
            pass


def in_use(parent: str) -> bool:
    """Whether a process has a scratch folder; one of which that is not known may have. Raises PlaceError."""
    folders.make(parent)
    sweep(parent)
    return any(_started(name) is not None for name in folders.names(parent))


def living(parent: str, but: str = "") -> list[datetime]:
    """When the processes began of which there are scratch folders, but for one; those that may live are among them.

    Changes nothing. Raises PlaceError.
    """
    if not places.exists(parent):
        return []
    names = {name.removesuffix(LOCK) for name in folders.names(parent)}
    times = {places.join(parent, name): _started(name) for name in names}
    return [
        began for folder, began in times.items() if began is not None and folder != but and not _is_dead(folder, began)
    ]


def _is_dead(folder: str, started: datetime) -> bool:
    """Whether the process that a folder belongs to has ended for sure. Raises PlaceError."""
    if places.is_url(folder) or not places.exists(folder + LOCK):
        return _is_old(folder, started)
    try:
        with Path(folder + LOCK).open(encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return _is_of_here(lock.read(), folder) or _is_old(folder, started)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def sweep(parent: str) -> None:
    """Take away the scratch folders that dead processes left."""
    for name in {name.removesuffix(LOCK) for name in folders.names(parent)}:
        started = _started(name)
        if started is not None:
            with suppress(OSError, places.PlaceError):  # another command may be at it, too
                _sweep(places.join(parent, name), started)


def _started(name: str) -> datetime | None:
    """When the process began that a folder is named after, None for what is no scratch folder."""
    if UNDATED.fullmatch(name):
        return datetime.min.replace(tzinfo=UTC)
    try:
        return datetime.strptime(name.partition("-")[0], STARTED).replace(tzinfo=UTC)
    except ValueError:
        return None


def _sweep(folder: str, started: datetime) -> None:
    """Take a folder and its lock away if nobody holds that, and its owner was of this machine or is long gone."""
    if places.is_url(folder) or not places.exists(folder + LOCK):
        if _is_old(folder, started):
            folders.remove(folder)
        return
    with Path(folder + LOCK).open("r+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_of_here(lock.read(), folder) or _is_old(folder, started):
            folders.remove(folder)
            _unlock(folder)


def _is_of_here(text: str, folder: str) -> bool:
    """Whether a lock that nobody holds was of this machine, as it says, or would have said before there is a folder."""
    return text == _machine() or (_machine().startswith(text) and not places.exists(folder))


def _is_old(folder: str, started: datetime) -> bool:
    """Whether its process began, and wrote in it last, so long ago that it cannot live. Raises PlaceError."""
    before = datetime.now(UTC) - KEPT
    return started < before and all(written < before for written in folders.written(folder))


@contextmanager
def _locked(folder: str) -> Iterator[None]:
    """Hold the lock beside a local folder; who reads in it what machine that is can trust it."""
    if places.is_url(folder):
        yield
        return
    try:
        with places.created(folder + LOCK) as lock:
            _take(lock)
            yield
    finally:
        with suppress(places.PlaceError):
            _in_full(partial(_unlock, folder))


def _in_full(step: Callable[[], None]) -> None:
    """Take a step; one that a signal interrupts is taken again before that is told."""
    try:
        step()
    except Exception:
        raise
    except BaseException:
        step()
        raise


def _unlock(folder: str) -> None:
    """Take away the lock of a folder that is gone; of what is left it says whose it was. Raises PlaceError."""
    if not places.exists(folder):
        places.remove(folder + LOCK)


def _take(lock: IO[bytes]) -> None:
    with suppress(OSError):  # storage that knows no locks, or is full
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.write(lock.fileno(), _machine().encode())


def _machine() -> str:
    """What tells this machine, since it was started, from all others."""
    with suppress(OSError), BOOT.open(encoding="utf-8") as boot:
        return boot.read()
    return platform.node()

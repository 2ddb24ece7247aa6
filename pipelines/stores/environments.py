"""LMDB's environments: one for each file and process, whoever opens it; their faults, and who may write.

One whose file was taken away, or replaced, is read no more: it shares what LMDB locks with the file in its place.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lmdb

from pipelines.errors import reason
from pipelines.stores.base import StoreError

LARGEST = 1 << 40
"""The most bytes that a file may have: so much of the address space is set aside, and nothing of a disk."""
READERS = 1024


File = tuple[int, int]
"""The device and the number of a file, by which it is another one than what stood at its path before."""


@dataclass
class Opened:
    """An environment of a file: its main database, those that it names, once needed, and which of these is served.

    `users`: how many have it open, of whom `readers` read just now. It has no file any more once it is closed.
    """

    environment: Any
    file: File | None
    main: Any
    users: int = 0
    slots: Mapping[bytes, Any] = field(default_factory=dict)
    served: bytes | None = None
    readers: int = 0

    def begin(self, database: Any) -> Any:
        """A transaction that reads a database, until it is ended. Raises lmdb.Error."""
        with _LOCK:
            transaction = self.environment.begin(database, buffers=True)
            self.readers += 1
            return transaction

    def end(self, transaction: Any) -> None:
        """Read no more."""
        transaction.abort()
        with _LOCK:
            self.readers -= 1

    def close(self) -> None:
        """Let go of the file."""
        self.file = None
        self.environment.close()


_OPENED: dict[str, Opened] = {}
_LOCK = threading.Lock()


@contextmanager
def telling(url: str, doing: str) -> Iterator[None]:
    """Tell faults of LMDB, and of the system, as a StoreError on one line."""
    try:
        yield
    except (lmdb.Error, OSError) as fault:
        raise StoreError(f"cannot {doing} {url}: {said(fault)}") from fault


def said(fault: BaseException) -> str:
    """A fault in words."""
    if isinstance(fault, lmdb.InvalidError | lmdb.CorruptedError | lmdb.PageNotFoundError | lmdb.VersionMismatchError):
        return "it is no whole file of LMDB"
    text = str(fault) if isinstance(fault, lmdb.Error) else reason(fault)
    return text.rpartition(": ")[2]


def file_at(path: str) -> File | None:
    """The file at a path; None where there is none. Raises OSError."""
    try:
        found = Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def opened(path: str, url: str) -> Opened:
    """The environment of a file, which is made unless it is there. Raises StoreError."""
    with _LOCK, telling(url, "open"):
        if path in _OPENED and _OPENED[path].file != file_at(path):
            _close_gone(path, url)
        if path not in _OPENED:
            made = lmdb.open(path, subdir=False, map_size=LARGEST, max_readers=READERS, max_spare_txns=64, max_dbs=16)
            _require_whole(made, path, url)
            made.reader_check()
            _OPENED[path] = Opened(made, file_at(path), made.open_db(None))
        _OPENED[path].users += 1
        return _OPENED[path]


def _close_gone(path: str, url: str) -> None:
    """Close an environment whose file is gone. Raises StoreError where it is read: what is read would be gone, too."""
    if _OPENED[path].readers:
        raise StoreError(f"cannot open {url}: it was replaced while it is read", transient=True)
    _OPENED.pop(path).close()


def named(one: Opened, names: Iterable[bytes], former: bytes) -> None:
    """Open the databases of these names, which are made unless they are there.

    A file of an earlier version has a key in its main database, of which nothing stays then.
    """
    with _LOCK:
        if not one.slots:
            with one.environment.begin(one.main, write=True) as transaction:
                if transaction.get(former) is not None:
                    transaction.drop(one.main, delete=False)
                slots = {name: one.environment.open_db(name, transaction) for name in names}
            one.slots = slots


def closed(path: str, one: Opened) -> None:
    """Let go of an environment, which is closed when nobody has it open any more."""
    with _LOCK:
        one.users -= 1
        if not one.users and _OPENED.get(path) is one:
            _OPENED.pop(path).close()


def _require_whole(environment: Any, path: str, url: str) -> None:
    """Raise StoreError where a file is shorter than what it says that it has: to read it would end the process."""
    expected = (environment.info()["last_pgno"] + 1) * environment.stat()["psize"]
    found = Path(path).stat().st_size
    if found < expected:
        environment.close()
        raise StoreError(f"cannot open {url}: it is cut off: expected {expected:,} bytes, found {found:,}")

"""Segments: files of JSON lines in an inbox, to which one process appends, and which landings take once sealed.

What is appended at once stands before a blank line, which a landing passes over: what a process that was killed left
behind the last one was never acknowledged, and is cut off. An open segment has a hidden name, which no landing reads.
"""

import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from pipelines.errors import NewsfeedError

BEGIN, END, HIDDEN, LOCK = "segment-", ".jsonl", ".", ".lock"
BETWEEN = b"\n\n"
OPENED = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_DSYNC
"""How a segment is opened: what is written is durable, without another call, for which a thread would wait again."""
LARGEST = 16 << 20
"""So many bytes, and a segment is sealed."""


class InUseError(NewsfeedError):
    """Another server has the inbox."""


class Segments:
    """The segments of an inbox, of which this process alone makes new ones until it is closed, or dies.

    An open one is sealed once it is that old, in seconds of a clock that never goes back.
    """

    def __init__(self, folder: str, oldest: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Seal what another process left open. Raises InUseError, OSError."""
        self.folder = Path(folder)
        self._oldest, self._clock = oldest, clock
        self._file: int | None = None
        self.open_name = ""
        self._size, self._since, self._is_torn = 0, 0.0, False
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self.folder / LOCK)
        for left in sorted(self.folder.glob(f"{HIDDEN}{BEGIN}*{END}")):
            self._recover(left)

    def sealed(self) -> list[str]:
        """The names of those that wait for a landing, oldest first. Raises OSError."""
        names = (path.name for path in self.folder.iterdir())
        return sorted(name for name in names if name.startswith(BEGIN) and name.endswith(END))

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a sealed segment; none if a landing took it."""
        with suppress(FileNotFoundError), (self.folder / name).open("rb") as file:
            yield from (line[:-1] for line in file if line != b"\n")

    def append(self, lines: bytes) -> str:
        """Append lines, durably, all of them or none; the name that the segment has once it is sealed. Raises OSError.

        Each of the lines ends in a newline, and what is all or nothing in a blank line.
        """
        file = self._opened()
        if self._is_torn:
            os.ftruncate(file, self._size)
        self._is_torn = True
        _write(file, lines)
        self._size, self._is_torn = self._size + len(lines), False
        return self.open_name

    def lost(self) -> str | None:
        """Let go of an open segment that is no more where it was made, so that nobody will land it; its name, if so."""
        if self._file is None or _is_at(self.folder / f"{HIDDEN}{self.open_name}", self._file):
            return None
        name = self.open_name
        os.close(self._file)
        self._file, self.open_name, self._is_torn = None, "", False
        return name

    @property
    def is_due(self) -> bool:
        """Whether the open segment is to be sealed."""
        return self._file is not None and (self._size >= LARGEST or self._clock() - self._since >= self._oldest)

    def seal(self) -> None:
        """Let landings take what was appended. Raises OSError."""
        if self._file is None:
            return
        hidden = self.folder / f"{HIDDEN}{self.open_name}"
        if self._is_torn:
            os.ftruncate(self._file, self._size)
        os.fsync(self._file)
        if self._size:
            hidden.rename(self.folder / self.open_name)
        else:
            hidden.unlink()
        os.close(self._file)
        self._file, self.open_name, self._is_torn = None, "", False
        _sync(self.folder)

    def close(self) -> None:
        """Seal what is open, and let another process have the inbox. Raises OSError."""
        try:
            self.seal()
        finally:
            os.close(self._lock)

    def _opened(self) -> int:
        if self._file is None:
            name = f"{BEGIN}{time.time_ns() // 1_000_000:013}-{uuid.uuid4().hex[:12]}{END}"
            path = self.folder / f"{HIDDEN}{name}"
            file = os.open(path, OPENED, 0o644)
            self._file, self.open_name = file, name
            self._size, self._since, self._is_torn = 0, self._clock(), False
            _sync(self.folder)
        return self._file

    def _recover(self, left: Path) -> None:
        """Seal a segment that was left open, without what was not acknowledged."""
        size = _whole(left)
        if size:
            with left.open("r+b") as file:
                file.truncate(size)
                os.fsync(file.fileno())
            left.rename(left.with_name(left.name.removeprefix(HIDDEN)))
        else:
            left.unlink()
        _sync(self.folder)


def _is_at(path: Path, file: int) -> bool:
    """Whether an open file is the one at a path."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except OSError:
        return False


def _whole(path: Path) -> int:
    """How many bytes of a segment stand before its last blank line's end."""
    found = path.read_bytes().rfind(BETWEEN)
    return 0 if found < 0 else found + len(BETWEEN)


def _write(file: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


def _sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _locked(path: Path) -> int:
    """A file that only one living process can lock. Raises InUseError."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise InUseError(f"{path.parent}: expected an inbox of which no other server lives, found one") from None
    return file

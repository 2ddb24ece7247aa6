"""Which file operations count, and what happens at one of them, as `operations.c` is told it."""

import ctypes
import errno
import hashlib
import mmap
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path
from typing import Final

from faults import PROJECT

SOURCE: Final = Path(__file__).with_name("operations.c")
BUILT: Final = PROJECT / ".cache" / "faults"
VARIABLE: Final = "NEWSFEED_FAULTS"
"""The variable that names the file by which all processes of a command are told what is to happen."""


class Kind(IntFlag):
    """Kinds of operations; to look is to open a file or a folder that is only read."""

    LOOK = 1
    READ = 2
    MAKE = 4
    WRITE = 8
    RENAME = 16
    LINK = 32
    REMOVE = 64
    FOLDER = 128
    SYNC = 256
    ROOM = 512


CHANGING: Final = Kind(1023) & ~(Kind.LOOK | Kind.READ)


@dataclass(frozen=True)
class Fault:
    """What happens, by name: the system's number of it, -1: a kill; and the kinds of operations to which it does."""

    name: str
    number: int
    kinds: Kind

    @property
    def words(self) -> str:
        """What the system says of it."""
        return os.strerror(self.number)


KILL: Final = Fault("kill", -1, CHANGING)
ERRORS: Final = (
    Fault("ENOSPC", errno.ENOSPC, CHANGING & ~(Kind.RENAME | Kind.REMOVE)),
    Fault("EIO", errno.EIO, Kind(1023)),
    Fault("EACCES", errno.EACCES, Kind.LOOK | Kind.MAKE | Kind.RENAME | Kind.LINK | Kind.REMOVE | Kind.FOLDER),
    Fault("EMFILE", errno.EMFILE, Kind.LOOK | Kind.MAKE),
)


class Told(ctypes.Structure):
    """What `operations.c` has as `struct told`."""

    _fields_ = (
        ("count", ctypes.c_uint64),
        ("at", ctypes.c_uint64),
        ("kinds", ctypes.c_uint32),
        ("fault", ctypes.c_int32),
        ("stays", ctypes.c_int32),
        ("process", ctypes.c_int32),
        ("root", ctypes.c_char * 512),
        ("trace", ctypes.c_char * 512),
        ("hit", ctypes.c_char * 1024),
    )


@contextmanager
def told(place: Path, root: str, fault: Fault, at: int, *, stays: bool = False, trace: str = "") -> Iterator[Told]:
    """What processes are told by a new file: at the how many-th operation below a root something happens, 0: at none.

    It `stays` when all that follow fail, too. Each is written to `trace`, if that is given.
    """
    place.write_bytes(bytes(ctypes.sizeof(Told)))
    with place.open("r+b") as file:
        found = Told.from_buffer(mmap.mmap(file.fileno(), 0))
    found.at, found.kinds, found.fault, found.stays = at, int(fault.kinds), fault.number, int(stays)
    found.root, found.trace = root.encode(), trace.encode()
    try:
        yield found
    finally:
        place.unlink()


def built() -> Path | None:
    """The library that counts, compiled unless it is there; None where there is no compiler."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    library = BUILT / f"operations-{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]}.so"
    if library.exists():
        return library
    if compiler is None:
        return None
    BUILT.mkdir(parents=True, exist_ok=True)
    beside = library.with_suffix(f".{os.getpid()}")
    options = ("-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(beside), str(SOURCE), "-ldl")
    subprocess.run([compiler, *options], check=True)
    beside.rename(library)
    return library

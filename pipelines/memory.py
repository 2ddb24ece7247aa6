"""Memory: what a run may take.

The engine's DataFrames (on Sail; a Spark has its own settings) and the tasks, one bucket each, take it by turns. What
grows with the data keeps to that; the interpreter and its libraries, some 0.3 GB, come on top.
"""

import ctypes
import gc
import os
import re
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from pipelines.cores import cores
from pipelines.errors import UsageError

UNITS = {"M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
LEAST = 256 << 20
"""The least for each task that runs at once: below it, batches alone would not fit."""
LIMIT = Path("/sys/fs/cgroup/memory.max")


def of_machine() -> int:
    """The bytes of memory that this process may use: the machine's, or what its container is limited to."""
    found = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):  # there is no limit, or it says "max"
        found = min(found, int(LIMIT.read_text()))
    return found


def budget(given: str | None, at_once: int) -> int:
    """The bytes that a run may take: as given (`512M`, `6G`), or a quarter of the machine, for so many tasks at once.

    Raises UsageError for a text that says no size, and for less than LEAST for each task.
    """
    least = LEAST * at_once
    if given is None:
        return max(least, of_machine() // 4)
    match = re.fullmatch(r"(\d{1,6})([MGT])", given)
    if match is None:
        raise UsageError(f"--memory: expected a size such as 512M or 6G, found {given!r}")
    found = int(match[1]) * UNITS[match[2]]
    if found < least:
        raise UsageError(f"--memory: expected at least {least >> 20}M for {at_once} tasks at once, found {given!r}")
    return found


def may_take(given: int | None) -> int:
    """The bytes that a run may take, as given, or by default."""
    return budget(None, cores()) if given is None else given


TRIM, MMAP, ARENAS = -1, -3, -8
"""The settings of glibc's malloc by number: M_TRIM_THRESHOLD, M_MMAP_THRESHOLD and M_ARENA_MAX."""
KEPT, SMALL = 512 << 20, 64 << 20
DECAY = 10_000


def reuse_freed() -> None:
    """Let memory that this process frees be used again, where the allocators can, instead of being given back at once.

    A page that comes from the system costs more time than what is mostly done with it. NumPy's arrays of at most SMALL
    bytes come from glibc's heap, which keeps KEPT bytes; Arrow's memory goes back after DECAY milliseconds. There is
    a heap for each core, not for each of the many threads, as each keeps what it freed from the others.
    """
    with suppress(AttributeError, OSError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(MMAP, SMALL)
        mallopt(TRIM, KEPT)
        mallopt(ARENAS, cores())
    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
        pa.jemalloc_set_decay_ms(DECAY)


def give_back() -> None:
    """Give back to the system what this process does not use, where the allocators can, before it waits for long.

    What refers to itself is looked for first: a few objects, for which Python would not look, may hold much.
    """
    gc.collect()
    pa.default_memory_pool().release_unused()
    with suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)

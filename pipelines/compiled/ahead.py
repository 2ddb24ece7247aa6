"""Functions compiled on all cores: while this process compiles one, others compile what it will need next.

The compiler uses one core of a process. So with the first function that is not kept on disk, a process starts helpers,
processes that compile the functions of the modules which it has loaded, those that take longest first, and keep them on
disk. What it needs before a helper has begun with it, it compiles itself.
"""

import atexit
import fcntl
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from select import select
from threading import Event, Lock, Thread

from pipelines.compiled import folders, signatures
from pipelines.cores import cores

LOGGER = logging.getLogger(__name__)
FEW = 4
"""So many functions are compiled sooner than a helper starts."""
PATIENCE = 60.0
"""The seconds a helper may take for one function: one that takes more hangs, and is ended."""
LOCK = "helpers"
"""The file that whoever has helpers holds; nothing replaces it, or each would lock a file of its own."""
HELPER = "import sys; sys.path.insert(0, {!r}); from pipelines.compiled.ahead import help_out; help_out()"


class _Work:
    """What is to be compiled, by the name under which it is kept, and what helpers have begun with."""

    def __init__(self) -> None:
        self.waiting: dict[str, signatures.Entry] = {}
        self.begun: dict[str, Event] = {}
        self.known: set[str] = set()
        self.is_helper = False
        self._changing = Lock()

    def take(self, name: str | None = None, done: Event | None = None) -> tuple[str, signatures.Entry] | None:
        """One that nobody has begun with: the first, or the one of that name; `done` is set when a helper has it."""
        with self._changing:
            name = next(iter(self.waiting), None) if name is None else name
            if name is None or name not in self.waiting:
                return None
            if done is not None:
                self.begun[name] = done
            return name, self.waiting.pop(name)


_work = _Work()


def _begin_anew() -> None:
    global _work  # noqa: PLW0603 (a fork has none of its parent's threads)
    _work = _Work()


os.register_at_fork(after_in_child=_begin_anew)


def is_made(name: str) -> bool:
    """Whether a helper has compiled what is kept under a name, which is waited for; else this process is to compile it.

    The compiler's lock is held, so that one thread at a time comes here.
    """
    if _work.is_helper:
        return False
    _start_helpers()
    if _work.take(name) is not None or name not in _work.begun:
        return False
    while not _work.begun[name].is_set():
        other = _work.take()
        if other is None:
            _work.begun[name].wait()
        else:
            _compile(other[1])
    return True


def _start_helpers() -> None:
    """Find out what is not kept of the modules that were loaded since, and start helpers when it is much."""
    new = [entry for entry in signatures.entries() if entry[0] not in _work.known and signatures.is_loaded(entry)]
    _work.known.update(module for module, _, _ in new)
    missing = {name: entry for entry in new if (name := _name(entry)) and folders.read(name) is None}
    if len(missing) <= FEW:
        return
    folder = folders.write("probe", b"")
    where = f"kept in {folder}" if folder else f"not kept: no file can be written in {folders.folders()[-1]}"
    LOGGER.info("compiling %s functions, once; they are %s", len(missing), where)
    if folder and cores() > 1:
        _work.waiting.update(missing)
        Thread(target=_help, args=(Path(folder, LOCK),), daemon=True).start()


def _name(entry: signatures.Entry) -> str | None:
    found = signatures.resolved(entry)
    return None if found is None else found[0]._cache.name(found[1])  # noqa: SLF001 (our own)


def _help(lock: Path) -> None:
    """Keep helpers on all other cores busy, unless another process has helpers."""
    with suppress(OSError), lock.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        feeders = [Thread(target=_feed, daemon=True) for _ in range(min(cores() - 1, 1 + len(_work.waiting) // 8))]
        for feeder in feeders:
            feeder.start()
        for feeder in feeders:
            feeder.join()


def _feed() -> None:
    """Give a helper one function after the other; what it fails with, or hangs at, is left to this process."""
    with suppress(OSError), _helper() as helper:
        while (taken := _work.take(done=(done := Event()))) is not None:
            try:
                if not _is_answered(helper, taken[1]):
                    return
            finally:
                done.set()


@contextmanager
def _helper() -> Iterator[subprocess.Popen[bytes]]:
    """A helper, which ends as this does, at the latest with this process."""
    command = [sys.executable, "-c", HELPER.format(str(signatures.PROJECT))]
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, 0, stdin=pipe, stdout=pipe, stderr=null) as helper:  # noqa: S603 (this interpreter)
        atexit.register(helper.kill)
        try:
            yield helper
        finally:
            helper.kill()
            atexit.unregister(helper.kill)


def _is_answered(helper: subprocess.Popen[bytes], entry: signatures.Entry) -> bool:
    """Whether a helper has done with a function, rather than ended or hung at it."""
    if helper.stdin is None or helper.stdout is None:
        return False
    helper.stdin.write(json.dumps(entry).encode() + b"\n")
    readable, _, _ = select([helper.stdout], [], [], PATIENCE)
    return bool(readable and helper.stdout.read(1))


def help_out() -> None:
    """Compile what standard input asks for, and say after each that it is done."""
    _work.is_helper = True
    for line in sys.stdin:
        _compile(json.loads(line))
        sys.stdout.write("\n")
        sys.stdout.flush()


def _compile(entry: signatures.Entry) -> None:
    """Compile and keep a function; an entry that the code has outlived does nothing."""
    found = signatures.resolved(entry)
    if found is not None:
        with suppress(Exception):
            found[0].compile(found[1])


def compile_all() -> None:
    """Compile all that landings and runs need, now, and keep it: for an installation that its users may not write."""
    for entry in signatures.entries():
        signatures.resolved(entry)
    for entry in signatures.entries():
        _compile(entry)

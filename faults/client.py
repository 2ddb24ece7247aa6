"""Commands, each a fork of a process that counts its file operations."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from faults import PROJECT
from faults.operations import VARIABLE, Fault, built, told
from pipelines.cli import ENVIRONMENT

HANGS: Final = -14
"""The code of a job that SIGALRM ended."""
KILLED: Final = -9
LONGEST: Final = 60
"""The seconds after which a job hangs."""
NOTHING: Final[Mapping[str, str]] = {}


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said; which operation met a fault, "" when it came to none; how many it did."""

    code: int
    out: str
    err: str
    hit: str = ""
    count: int = 0


class Forks:
    """A process that does jobs, each in a fork of its own; a folder of its own is beside it."""

    def __init__(self, folder: Path) -> None:
        library = built()
        self.counts, self._told = library is not None, folder / f"told-{os.getpid()}-{id(self)}"
        settings = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(PROJECT), "COLUMNS": "200", "NEWSFEED_DEBUG": ""}
        settings |= {} if library is None else {"LD_PRELOAD": str(library)}
        command, pipe = [sys.executable, "-m", "faults.forks"], subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=settings, cwd=PROJECT, text=True)

    def _do(self, job: Mapping[str, Any]) -> Ended:
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("expected pipes")
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return Ended(**json.loads(self._process.stdout.readline()))

    def command(self, *arguments: str, environment: Mapping[str, str] = NOTHING, longest: int = LONGEST) -> Ended:
        """How a command ends where no operation of its fails, with more variables, within so many seconds."""
        return self._do({"arguments": arguments, "environment": dict(environment), "longest": longest})

    def met(
        self, root: str, arguments: Sequence[str], fault: Fault, at: int, *, stays: bool = False, trace: str = ""
    ) -> Ended:
        """How a command ends that meets a fault at its how many-th operation below a root; only counted, when 0."""
        with told(self._told, root, fault, at, stays=stays, trace=trace) as said:
            found = self._do({"arguments": list(arguments), "environment": {VARIABLE: str(self._told)}})
            return Ended(found.code, found.out, found.err, said.hit.decode("utf-8", "replace"), said.count)

    def look(self, which: str, root: str, environment: Mapping[str, str] = NOTHING) -> dict[str, Any]:
        """What a look at a lake says. Raises RuntimeError when it falls."""
        found = self._do({"look": which, "root": root, "environment": dict(environment)})
        if found.code != 0:
            raise RuntimeError(f"to look at {root} ended with {found.code}: {found.err.strip()[-2000:]}")
        seen: dict[str, Any] = json.loads(found.out)
        return seen

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()


@contextmanager
def forks(folder: Path) -> Iterator[Forks]:
    """A process that does jobs, for as long as it is needed."""
    process = Forks(folder)
    try:
        yield process
    finally:
        process.close()

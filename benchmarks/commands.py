"""Commands of `newsfeed` as processes beside a benchmark: to their end, or until they are told to end."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-c", "from pipelines.cli import script; script()"]


def resident(pid: int) -> float:
    """The megabytes that a process has resident."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1])
    return pages * 4096 / 1e6


def own(pid: int) -> float:
    """The megabytes that a process has resident for itself, without what files have that are mapped."""
    (line,) = (one for one in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines() if one.startswith("RssAnon:"))
    return int(line.split()[1]) * 1024 / 1e6


def work(*words: object, **given: Any) -> None:
    """Run a command to its end. Raises CalledProcessError."""
    subprocess.run([*COMMAND, *map(str, words)], check=True, **given)  # noqa: S603


@contextmanager
def beside(*words: object, **given: Any) -> Iterator["subprocess.Popen[str]"]:
    """A command that runs beside the block, at whose end it is told to end, and waited for."""
    with subprocess.Popen([*COMMAND, *map(str, words)], text=True, **given) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def serving(*options: object, **given: Any) -> Iterator[tuple["subprocess.Popen[str]", str, int]]:
    """A server of any number of requests, at a port of its own: its process, what it says first, and the port."""
    words = ["serve", "--port", 0, "--rate", 0, *options]
    with beside(*words, stdout=subprocess.PIPE, **given) as server:
        line = server.stdout.readline().strip() if server.stdout else ""
        yield server, line, int(line.rpartition(":")[2])

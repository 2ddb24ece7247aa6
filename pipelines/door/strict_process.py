"""Many lines the strict way, in a process beside this one: threads would wait for each other's Python."""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TypeAlias

from pipelines.door.strict import canonical, decoded_or_faults
from pipelines.door.times import latest_at

Verdict: TypeAlias = "bytes | tuple[str, ...]"
"""What the strict way says of a line: the line written canonically, or every fault."""


def verdict_on(line: bytes | memoryview, latest: int) -> Verdict:
    """What the strict way says of a line; events are of the latest time (UTC microseconds) at most."""
    decoded, faults = decoded_or_faults(line, latest)
    return faults or canonical(decoded)


class StrictProcess:
    """A process that says what the strict way says; where there can be none, or it dies, this process says it."""

    def __init__(self, process: "subprocess.Popen[bytes] | None", latest: int) -> None:
        self._process = process
        self._latest = latest
        self._lines: Sequence[bytes] = ()
        self.pid = process.pid if process else None

    def ask(self, lines: Sequence[bytes]) -> None:
        """Ask about lines, none of which has a newline in it, when those asked about before are told."""
        self._lines = lines
        if self._process and self._process.stdin:
            asked = b"\n".join(lines)
            with suppress(OSError):
                self._process.stdin.write(b"%d %d\n" % (self._latest, len(asked)))
                self._process.stdin.write(asked)
                self._process.stdin.flush()

    def told(self) -> list[Verdict]:
        """What the strict way says of each of the lines that were asked about."""
        if self._process and self._process.stdout:
            with suppress(OSError, ValueError):
                said, which = json.loads(self._process.stdout.readline())
                verdicts = [one.encode() if isinstance(one, str) else tuple(one) for one in said]
                if len(which) == len(self._lines):
                    return [verdicts[place] for place in which]
        self._process = None
        return [verdict_on(line, self._latest) for line in self._lines]


@contextmanager
def strict_process(clock: int) -> Iterator[StrictProcess]:
    """A process that ends at the end, or when this one ends, however it does; a terminal's signals do not reach it."""
    path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    try:
        process = subprocess.Popen(  # noqa: S603 (this very interpreter)
            [sys.executable, "-P", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path},
            start_new_session=True,
        )
    except OSError:
        yield StrictProcess(None, latest_at(clock))
        return
    try:
        yield StrictProcess(process, latest_at(clock))
    finally:
        process.kill()
        process.communicate()


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer each question, the latest time and the size of some lines, with a line of JSON.

    It has what differs of what is said of the lines, and for each line which it is.
    """
    gc.disable()  # nothing here refers to itself
    while question := questions.readline():
        latest, size = map(int, question.split())
        said: dict[Verdict, int] = {}
        which = [said.setdefault(verdict_on(line, latest), len(said)) for line in questions.read(size).split(b"\n")]
        told = [one.decode() if isinstance(one, bytes) else one for one in said]
        answers.write(json.dumps([told, which]).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)

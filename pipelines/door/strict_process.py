"""Many lines the strict way, in a process beside this one: threads would wait for each other's Python."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeAlias

from pipelines.door.strict import Faults, canonical, strict

Verdict: TypeAlias = "bytes | tuple[str, ...]"
"""What the strict way says of a line: the line written canonically, or every fault."""


def verdict_on(line: bytes | memoryview, clock: int) -> Verdict:
    """What the strict way says of a line at a time of the clock, in UTC microseconds."""
    try:
        return canonical(strict(line, clock))
    except Faults as fault:
        return fault.faults


class StrictProcess:
    """A process that says what the strict way says; where there can be none, or it dies, this process says it."""

    def __init__(self, process: "subprocess.Popen[bytes] | None") -> None:
        self._process = process
        self.pid = process.pid if process else None

    def verdicts(self, lines: Sequence[bytes], clock: int) -> list[Verdict]:
        """What the strict way says of each of the lines, none of which has a newline in it."""
        try:
            said = self._ask(b"\n".join(lines), clock)
        except (OSError, ValueError):
            self._process = None
            return [verdict_on(line, clock) for line in lines]
        return [one.encode() if isinstance(one, str) else tuple(one) for one in said]

    def _ask(self, lines: bytes, clock: int) -> list[str | list[str]]:
        """The answer of the process. Raises OSError or ValueError when it gives none."""
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            raise BrokenPipeError("no process")
        self._process.stdin.write(b"%d %d\n" % (clock, len(lines)))
        self._process.stdin.write(lines)
        self._process.stdin.flush()
        said: list[str | list[str]] = json.loads(self._process.stdout.readline())
        return said


@contextmanager
def strict_process() -> Iterator[StrictProcess]:
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
        yield StrictProcess(None)
        return
    try:
        yield StrictProcess(process)
    finally:
        process.kill()
        process.communicate()


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer each question, the clock and the size of some lines, with a line of JSON."""
    while question := questions.readline():
        clock, size = map(int, question.split())
        said = (verdict_on(line, clock) for line in questions.read(size).split(b"\n"))
        answers.write(json.dumps([one.decode() if isinstance(one, bytes) else one for one in said]).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)

"""A program that does each job in a fork of its own: a command, as `newsfeed` is called, or a look at a lake.

It reads a job as a line of JSON, and writes how that ended as another. All is loaded before, so a fork has nothing left
to load. Tables have small files and Delta logs short tails, so that a small lake has one of each kind.
"""

import ctypes
import json
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Final

from faults import looks
from faults.client import LONGEST
from faults.operations import VARIABLE, Told
from pipelines.cli import app, script
from pipelines.compiled.ahead import compile_all
from pipelines.landing import rejects
from pipelines.maintenance import maintain, needs
from pipelines.reading import exporting, inspection
from pipelines.repair import damage, relanding
from pipelines.runs import choosing
from pipelines.runs import run as runs
from pipelines.runs.publishing import projections
from pipelines.storage import trimming
from tests.landing.forks import load_compiled_code

LOADED: Final = (app, damage, exporting, inspection, maintain, relanding, runs)
"""What no fork needs to import again."""
ROWS: Final = 8
"""How many rows a data file has, about."""
INLINE: Final = 100
"""The longest line that the quarantine's table keeps itself."""


def small() -> None:
    """Let a small lake have of everything; nothing is kept from maintenance for clocks that differ."""
    needs.SKEW, trimming.BEHIND, choosing.MOST = timedelta(0), 2, 1 << 40
    vars(rejects)["INLINE"] = INLINE
    for projection in projections().values():
        object.__setattr__(projection.table, "file_rows", ROWS)


def work(job: Mapping[str, Any], streams: tuple[IO[bytes], IO[bytes]]) -> None:
    """Do a job, and end."""
    for number, stream in enumerate(streams, 1):
        os.dup2(stream.fileno(), number)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(job.get("longest", LONGEST))
    os.environ.update(job["environment"])
    if "look" in job:
        print(json.dumps(looks.LOOKS[job["look"]](job["root"])), flush=True)
        os._exit(0)
    if VARIABLE in job["environment"]:
        begin(job["environment"][VARIABLE])
    sys.argv = ["newsfeed", *job["arguments"]]
    script()


def begin(place: str) -> None:
    """Count from now on, in this process and in those that it starts."""
    with Path(place).open("r+b") as file:
        file.seek(Told.process.offset)
        file.write(os.getpid().to_bytes(4, sys.byteorder))
    ctypes.CDLL(os.environ["LD_PRELOAD"]).faults_begin()


def done(job: Mapping[str, Any]) -> dict[str, Any]:
    """What a job said and how it ended."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            code = 70
            try:
                work(job, (out, err))
            except SystemExit as end:
                code = int(end.code or 0)
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        said = [_text(one) for one in (out, err)]
    return {"code": os.waitstatus_to_exitcode(status), "out": said[0], "err": said[1]}


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", "backslashreplace")


def main() -> None:
    """Do the jobs of standard input, one after the other."""
    compile_all()
    load_compiled_code()
    small()
    for line in sys.stdin:
        print(json.dumps(done(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()

"""How the process of a command ends: without the interpreter's own end."""

import atexit
import os
import sys
from typing import NoReturn

SIGNALLED = 128
"""The exit codes of commands that a signal ended are above it."""


def end(code: int) -> NoReturn:
    """End the process once all that it told is written, after what libraries registered for its end.

    The interpreter is not taken apart: a thread of a library that still reads ahead, and then comes back to it, would
    abort the process. A command that a signal ended has cleaned up, and does not wait for anything more.
    """
    if code < SIGNALLED:
        atexit._run_exitfuncs()  # noqa: SLF001 (what `sys.exit` runs, for which there is no other name)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)

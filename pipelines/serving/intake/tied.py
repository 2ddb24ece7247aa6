"""A command that ends with the process that started it: `python -m pipelines.serving.intake.tied PARENT COMMAND…`.

It yields to that process: it runs at a lower priority.
"""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
LOWER = 5
AUTOGROUP = Path("/proc/self/autogroup")


def main() -> None:
    """Become the command, unless the parent is gone."""
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == int(parent):
        _yield()
        os.execv(command[0], command)  # noqa: S606 (the server's own command)


def _yield() -> None:
    """Run at a lower priority, also as a group: Linux shares cores among sessions, and this is one of its own."""
    os.nice(LOWER)
    with suppress(OSError):
        AUTOGROUP.write_text(str(LOWER))


if __name__ == "__main__":
    main()

"""A command that ends with the process that started it: `python -m pipelines.serving.intake.tied PARENT COMMAND…`.

It yields to that process: it runs at a lower priority.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
LOWER = 10


def main() -> None:
    """Become the command, unless the parent is gone."""
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == int(parent):
        os.nice(LOWER)
        os.execv(command[0], command)  # noqa: S606 (the server's own command)


if __name__ == "__main__":
    main()

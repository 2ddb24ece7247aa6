"""Commands on a terminal: a real pseudo-terminal of a given width."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

from tests.surroundings import environment

STYLE = re.compile(r"\x1b\[\d+m")


def shown_on_a_terminal(width, *arguments):
    """The lines that a command prints on a terminal of so many columns, without their style."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    command = [sys.executable, "-c", "from pipelines.cli import script; script()", *map(str, arguments)]
    settings = {name: value for name, value in environment().items() if name != "COLUMNS"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, env=settings) as process:
        os.close(theirs)
        said = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    assert process.returncode == 0
    return STYLE.sub("", said.decode()).splitlines()


def _read(terminal):
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # the other end is closed
        return b""

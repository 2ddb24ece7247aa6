"""A server as a process: a folder has its log and its process id, by which alone it is stopped."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import NewsfeedError

FIRST_PORT, PORTS_OF_CLIENTS = 20_000, 32_768
PORTS = iter(range(FIRST_PORT + os.getpid() * 50 % (PORTS_OF_CLIENTS - FIRST_PORT - 1000), PORTS_OF_CLIENTS))
"""Two processes at once begin with others."""
ENDS_WITHIN = 30.0
"""Seconds that a process has to end once it is told to; then it is killed."""


class ServerError(NewsfeedError):
    """A server does not start; the message has the end of its log."""


class RunsAlreadyError(ServerError):
    """A server is there already: nothing was started."""


@dataclass(frozen=True)
class Process:
    """A process of some name; `FOLDER/NAME.pid` says which it is, `FOLDER/NAME.log` what it printed."""

    folder: Path
    name: str

    @property
    def log(self) -> Path:
        """The file with what it printed, of all its starts."""
        return self.folder / f"{self.name}.log"

    @property
    def _pid_file(self) -> Path:
        return self.folder / f"{self.name}.pid"

    @property
    def pid(self) -> int | None:
        """The number of the process that was started, None when it has ended; never that of another one."""
        with suppress(FileNotFoundError, ValueError):
            pid, born = self._pid_file.read_text("utf-8").split()
            if _born(int(pid)) == born:
                return int(pid)
        return None

    def start(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Start it, in a session of its own. Raises RunsAlreadyError."""
        if self.pid is not None:
            raise RunsAlreadyError(f"{self.name} runs already, as process {self.pid} of {self.folder}")
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                command, env=dict(env), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._pid_file.write_text(f"{started.pid} {_born(started.pid)}", "utf-8")

    def stop(self) -> None:
        """Tell it to end and wait until it has; one that does not is killed, and one that is not there is no fault."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, and what it started in its session, as a power loss would."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        pid = self.pid
        if pid is None:
            return
        os.kill(pid, how) if how == signal.SIGTERM else os.killpg(pid, how)
        ends = time.monotonic() + ENDS_WITHIN
        while self.pid is not None and time.monotonic() < ends:
            time.sleep(0.05)
        if self.pid is not None:
            os.killpg(pid, signal.SIGKILL)
        _reap(pid)
        self._pid_file.unlink(missing_ok=True)

    def wait_until(self, ready: Callable[[], object], seconds: float) -> None:
        """Wait until something is so; ServerError with the end of the log when the process ends or time is up first."""
        ends = time.monotonic() + seconds
        while not _answers(ready):
            if self.pid is None or time.monotonic() > ends:
                state = "has ended" if self.pid is None else f"is not ready after {seconds:.0f} s"
                raise ServerError(f"{self.name} {state}; the end of {self.log}:\n{self.told()[-2000:]}")
            time.sleep(0.1)

    def told(self) -> str:
        """What it printed so far."""
        return self.log.read_text("utf-8", errors="replace") if self.log.exists() else ""


def _answers(ready: Callable[[], object]) -> bool:
    """Whether something is so; what cannot be reached yet is not."""
    with suppress(OSError, ValueError):
        return bool(ready())
    return False


def _born(pid: int) -> str | None:
    """When a process began, in ticks since the machine did; None when it has ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return None if state[0] == "Z" else state[19]


def _reap(pid: int) -> None:
    """Wait for the end of a process that this one started, of which nothing is left then."""
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)


def free_port() -> int:
    """A port of loopback at which nothing listens, which this function gives once, and which no client is given.

    What the system gives for port 0 it gives to clients too, before the server has it.
    """
    for port in PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise ServerError(f"no port is free from {FIRST_PORT} on")

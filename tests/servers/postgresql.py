"""A real PostgreSQL on loopback: `python -m tests.servers.postgresql up|down`.

It refuses to run as root: root starts it as another user, who may open folders of root's nevertheless.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import psycopg

from tests.servers.command import STATE, main
from tests.servers.processes import Process, ServerError, free_port

PORT = 9845
"""Where `up` starts it."""
STARTS_WITHIN = 30.0
"""Seconds that it may take to start."""
INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian has the programs of each version."""
USER, DATABASE = "newsfeed", "postgres"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",  # what a process that is killed wrote is kept by the system
    "dynamic_shared_memory_type": "mmap",  # a killed server leaves nothing outside of its folder
}


@dataclass
class PostgreSQL:
    """A server that keeps all it has in a folder; at a free port unless it is given.

    `limits` stand before its command, such as `prlimit --fsize=1000000`.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    limits: tuple[str, ...] = ()

    @cached_property
    def process(self) -> Process:
        """Its first process, which starts the others."""
        return Process(self.folder, "postgresql")

    def url(self, user: str = USER, password: str = "", database: str = DATABASE) -> str:
        """The URL of a database of its."""
        return f"postgresql://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    @property
    def password(self) -> str:
        """The password of its first user."""
        return (self.folder / "password").read_text("utf-8").strip()

    def start(self) -> str:
        """Start it, made first where it is not; where it is, and what to try. Raises ServerError."""
        self.launch()
        self.wait()
        return f"a PostgreSQL answers at {self.url()}; to bring a release there:\n  newsfeed publish {self.url()}"

    def launch(self) -> None:
        """Start its processes. Raises ServerError."""
        if not (self._data / "PG_VERSION").exists():
            self._make()
        told = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [
            *self.limits,
            *_as_another(),
            str(_program("postgres")),
            "-D",
            str(self._data),
            "-p",
            str(self.port),
            *told,
        ]
        self.process.start(command, os.environ)

    def wait(self) -> None:
        """Wait until it serves clients. Raises ServerError."""
        self.process.wait_until(self._serves, STARTS_WITHIN)

    def stop(self) -> None:
        """Stop it, whoever is connected; what it has stays."""
        if self.process.pid is not None:
            os.kill(self.process.pid, signal.SIGINT)
        self.process.stop()

    def kill(self) -> None:
        """End all its processes at once; it can be started again on what it wrote."""
        if self.process.pid is None:
            return
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("utf-8").split()
        self.process.kill()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)

    def connect(self, database: str = DATABASE) -> psycopg.Connection:
        """A connection whose statements are committed one by one."""
        return psycopg.connect(self.url(database=database), autocommit=True, connect_timeout=5)

    @property
    def _data(self) -> Path:
        return self.folder.absolute() / "data"

    def _make(self) -> None:
        """Make a server's folder, with a user and a password."""
        self._data.mkdir(parents=True, exist_ok=True)
        password = self.folder / "password"
        password.touch(0o600)
        password.write_text(secrets.token_hex(8), "utf-8")
        if os.geteuid() == 0:
            for path in (self._data, password):
                shutil.chown(path, *_user())
        told = ["-U", USER, f"--pwfile={password.absolute()}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
        command = [*_as_another(), str(_program("initdb")), "-D", str(self._data), "--no-sync", *told]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerError(f"PostgreSQL cannot be made in {self.folder}:\n{done.stdout[-500:]}{done.stderr[-2000:]}")

    def _serves(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True


def _program(name: str) -> Path:
    """A program of the newest PostgreSQL that is installed. Raises ServerError."""
    versions = sorted(INSTALLED.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    found = versions[-1] if versions else shutil.which(name)
    if found is None:
        raise ServerError(f"there is no {name} of PostgreSQL: .ci/debian postgresql")
    return Path(found)


def _user() -> tuple[int, int]:
    """Who runs the server for root: the user and group that Debian makes for it, or nobody."""
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            found = pwd.getpwnam(name)
            return found.pw_uid, found.pw_gid
    raise ServerError("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _as_another() -> list[str]:
    """What stands before a command for the server, which runs as another user for root, and as anyone else as it is."""
    if os.geteuid() != 0:
        return []
    user, group = _user()
    opens = "+dac_override"  # folders for tests are root's alone
    return [
        "setpriv",
        f"--reuid={user}",
        f"--regid={group}",
        "--clear-groups",
        "--inh-caps",
        opens,
        "--ambient-caps",
        opens,
    ]


if __name__ == "__main__":
    sys.exit(main("postgresql", PostgreSQL(STATE / "postgresql", PORT), sys.argv[1:]))

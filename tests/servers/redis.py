"""A real Redis on loopback: `python -m tests.servers.redis up|down`.

It notes each command in a file before it answers, so that one that is killed has all that it answered.
"""

import os
import shutil
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from redis import Redis as Client
from redis.exceptions import AuthenticationError, RedisError

from tests.servers.command import STATE, main
from tests.servers.processes import Process, ServerError, free_port

PORT = 9840
"""Where `up` starts it."""
STARTS_WITHIN = 30.0
"""Seconds that it may take to start."""


@dataclass
class Redis:
    """A server that keeps all it has in a folder; at a free port unless it is given."""

    folder: Path
    port: int = field(default_factory=free_port)
    settings: tuple[str, ...] = ()

    @cached_property
    def process(self) -> Process:
        """Its process."""
        return Process(self.folder, "redis")

    def url(self, database: int = 0, password: str = "") -> str:
        """The URL of one of its databases."""
        return f"redis://{f':{password}@' if password else ''}127.0.0.1:{self.port}/{database}"

    def start(self) -> str:
        """Start it; where it is, and what to try. Raises ServerError."""
        self.launch()
        self.wait()
        return f"a Redis answers at {self.url()}; to bring a release there:\n  newsfeed publish {self.url()}"

    def launch(self) -> None:
        """Start its process. Raises ServerError."""
        server = shutil.which("redis-server")
        if server is None:
            raise ServerError("there is no redis-server: .ci/debian redis-server")
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        told = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(data.absolute())]
        self.process.start([server, *told, "--appendonly", "yes", "--save", "", *self.settings], os.environ)

    def wait(self) -> None:
        """Wait until it serves clients. Raises ServerError."""
        self.process.wait_until(self._serves, STARTS_WITHIN)

    def stop(self) -> None:
        """Stop it; what it has stays."""
        self.process.stop()

    def kill(self) -> None:
        """End it at once; it can be started again on what it wrote."""
        self.process.kill()

    def client(self, database: int = 0, password: str = "") -> Client:
        """A client of one of its databases."""
        return Client.from_url(self.url(database, password), socket_timeout=10)

    def _serves(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except AuthenticationError:
            return True
        except RedisError:
            return False


if __name__ == "__main__":
    sys.exit(main("redis", Redis(STATE / "redis", PORT), sys.argv[1:]))

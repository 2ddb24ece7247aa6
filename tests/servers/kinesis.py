"""Stand-ins of Kinesis on loopback, from npm: `python -m tests.servers.kinesis up|down` starts and stops the first.

`Kinesalite` keeps what it is given on disk, and is quick. `KinesisLocal` keeps it in memory, and splits and merges
shards as Kinesis does.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import boto3

from tests.servers.command import STATE, main
from tests.servers.processes import Process, ServerError, free_port

NPM = Path(__file__).parent / "npm"
PACKAGES = Path(__file__).parents[2] / ".cache" / "kinesis"
"""Where npm puts what is in its lock."""
PORT = 9835
"""Where `up` starts it."""
REGION = "us-east-1"
STARTS_WITHIN = 60.0
"""Seconds that one may take to start."""


@dataclass
class Kinesis(ABC):
    """A stand-in of Kinesis, at a free port unless it is given."""

    package: ClassVar[str]
    folder: Path
    port: int = field(default_factory=free_port)

    @cached_property
    def process(self) -> Process:
        """Its process."""
        return Process(self.folder, self.package)

    @property
    def endpoint(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> Mapping[str, str]:
        """The variables by which clients find it."""
        return {
            "AWS_ENDPOINT_URL_KINESIS": self.endpoint,
            "AWS_ACCESS_KEY_ID": "newsfeed",
            "AWS_SECRET_ACCESS_KEY": "newsfeed",
        }

    def url(self, stream: str) -> str:
        """The URL of a stream."""
        return f"kinesis://{stream}?region={REGION}"

    @cached_property
    def client(self) -> Any:
        """A client of it."""
        keys = {"aws_access_key_id": "newsfeed", "aws_secret_access_key": "newsfeed"}
        return boto3.client("kinesis", endpoint_url=self.endpoint, region_name=REGION, **keys)

    def start(self) -> str:
        """Start it, and wait until it answers; where it is, and how it is used. Raises ServerError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        script, *arguments = self.command()
        command = ["node", "--require", str(NPM / "loopback.js"), str(_installed() / script), *arguments]
        self.process.start(command, {**os.environ, **self.settings()})
        self.process.wait_until(self._answers, STARTS_WITHIN)
        exports = " ".join(f"{name}={value}" for name, value in self.env.items())
        return f"{self.package} answers at {self.endpoint}; to use it, as {self.url('STREAM')}:\n  export {exports}"

    def stop(self) -> None:
        """Stop it; one that is not there is no fault."""
        self.process.stop()

    def kill(self) -> None:
        """End it at once, as a power loss would."""
        self.process.kill()

    def create_stream(self, name: str, shards: int = 1) -> str:
        """Make a stream, and wait until it takes records; its URL."""
        self.client.create_stream(StreamName=name, ShardCount=shards)
        self.wait(name)
        return self.url(name)

    def wait(self, stream: str) -> None:
        """Wait until a stream takes records, new or after its shards were split or merged."""
        waiter = self.client.get_waiter("stream_exists")
        waiter.wait(StreamName=stream, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})

    @abstractmethod
    def command(self) -> Sequence[str]:
        """The script that node runs, and its arguments."""

    def settings(self) -> Mapping[str, str]:
        """The variables that only it is told."""
        return {}

    def _answers(self) -> bool:
        with socket.create_connection(("127.0.0.1", self.port), 1):
            return "StreamNames" in self.client.list_streams()


@dataclass
class Kinesalite(Kinesis):
    """For many records and for crashes: what it was given is there again when it is started after a kill."""

    package = "kinesalite"

    def command(self) -> Sequence[str]:
        """The script that node runs, and its arguments."""
        quick = [f"--{what}StreamMs=50" for what in ("create", "delete", "update")]
        return ["kinesalite/cli.js", f"--port={self.port}", f"--path={self.folder}/data", "--shardLimit=100", *quick]


@dataclass
class KinesisLocal(Kinesis):
    """For split and merged shards."""

    package = "kinesis-local"
    tls: int = field(default_factory=free_port)

    def stop(self) -> None:
        """End it: it has nothing to save, and told to end it waits until its clients leave."""
        self.process.kill()

    def command(self) -> Sequence[str]:
        """The script that node runs, and its arguments."""
        return ["kinesis-local/main.js"]

    def settings(self) -> Mapping[str, str]:
        """The variables that only it is told."""
        kinds = ("CREATE_STREAM", "DELETE_STREAM", "MERGE_SHARDS", "SPLIT_SHARD", "UPDATE_SHARD_COUNT")
        return {
            "KINESIS_MOCK_PLAIN_PORT": str(self.port),
            "KINESIS_MOCK_TLS_PORT": str(self.tls),
            "KINESIS_MOCK_CERT_PATH": f"{_installed()}/kinesis-local/server.json",
            **{f"{kind}_DURATION": "50ms" for kind in kinds},
        }


def _installed() -> Path:
    """The packages of npm's lock, got now unless they are there already. Raises ServerError."""
    PACKAGES.parent.mkdir(parents=True, exist_ok=True)
    lock = (NPM / "package-lock.json").read_bytes()
    with Path(f"{PACKAGES}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # two processes of tests may want them at once
        kept = PACKAGES / "package-lock.json"
        if not kept.exists() or kept.read_bytes() != lock:
            _install()
    return PACKAGES / "node_modules"


def _install() -> None:
    """Let npm get what is in its lock, whose hashes it checks; no package runs a script."""
    with tempfile.TemporaryDirectory(dir=PACKAGES.parent) as work:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(NPM / name, work)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerError(f"npm cannot get what stands in for Kinesis:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        shutil.rmtree(PACKAGES, ignore_errors=True)
        shutil.copytree(work, PACKAGES)


if __name__ == "__main__":
    sys.exit(main("kinesis", Kinesalite(STATE / "kinesis", PORT), sys.argv[1:]))

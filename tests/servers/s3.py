"""An S3 object store on loopback, which keeps all in memory (moto's): `python -m tests.servers.s3 up|down`.

It honours `If-None-Match`, by which a commit is written only where there is none.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.request import Request, urlopen

import boto3

from tests.servers.command import STATE, main
from tests.servers.processes import Process, free_port

PORT = 9825
"""Where `up` starts it."""
STARTS_WITHIN = 30.0
"""Seconds that it may take to start."""
BUCKET = "lake"
KEYS = ("aws_access_key_id", "aws_secret_access_key")


@dataclass(frozen=True)
class S3:
    """An object store with a bucket, which takes any keys until it is told to check them."""

    folder: Path
    port: int

    @cached_property
    def process(self) -> Process:
        """Its process."""
        return Process(self.folder, "s3")

    @property
    def endpoint(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def root(self) -> str:
        """The URL of its bucket."""
        return f"s3://{BUCKET}"

    @property
    def env(self) -> Mapping[str, str]:
        """The variables by which clients find it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "newsfeed",
            "AWS_SECRET_ACCESS_KEY": "newsfeed",
            "AWS_REGION": "us-east-1",
        }

    def start(self) -> str:
        """Start it with an empty bucket; where it is, and what to try. Raises ServerError."""
        command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(self.port)]
        self.process.start(command, os.environ)
        self.process.wait_until(self._make_bucket, STARTS_WITHIN)
        exports = " ".join(f"{name}={value}" for name, value in self.env.items())
        return (
            f"an object store answers at {self.endpoint}; to use it:\n  export {exports} NEWSFEED_ROOT={self.root}/one"
        )

    def stop(self) -> None:
        """Stop it; one that is not there is no fault."""
        self.process.stop()

    def user(self, name: str, *actions: str) -> Mapping[str, str]:
        """The variables of a new user who may do some actions, such as `s3:GetObject`, with any object."""
        client = boto3.client("iam", endpoint_url=self.endpoint, region_name="us-east-1", **dict.fromkeys(KEYS, "any"))
        client.create_user(UserName=name)
        allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        client.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=policy)
        key = client.create_access_key(UserName=name)["AccessKey"]
        return {**self.env, "AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def check_keys(self) -> None:
        """From now on answer its users alone, and what each may do."""
        plain = {"Content-Type": "text/plain"}
        urlopen(Request(f"{self.endpoint}/moto-api/reset-auth", b"0", plain, method="POST"), timeout=5).close()

    def requests(self) -> list[str]:
        """The requests that it answered so far, such as `GET /lake/one 404`."""
        told = (line.split('"') for line in self.process.told().splitlines() if " HTTP/1.1" in line)
        return [f"{one[1].rpartition(' ')[0]} {one[2].split()[0]}" for one in told]

    def _make_bucket(self) -> bool:
        headers = {"Authorization": "AWS newsfeed:newsfeed"}
        with urlopen(Request(f"{self.endpoint}/{BUCKET}", method="PUT", headers=headers), timeout=5) as answer:
            return bool(answer.status == 200)


def trial(folder: Path) -> S3:
    """One at a free port, for a test."""
    return S3(folder, free_port())


if __name__ == "__main__":
    sys.exit(main("s3", S3(STATE / "s3", PORT), sys.argv[1:]))

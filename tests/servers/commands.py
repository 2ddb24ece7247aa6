"""The command as processes of their own: with their own variables, killed in the middle, several at once."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

COMMAND = [sys.executable, "-c", "from newsfeed_pipelines import script; script()"]
HUNG = 180
"""Seconds after which a command hangs."""


@dataclass(frozen=True)
class Said:
    """What a command said, how it ended, and after how many seconds."""

    code: int
    out: str
    err: str
    seconds: float


@dataclass(frozen=True)
class Commands:
    """Commands on one lake; a server is found by the variables."""

    root: str
    env: Mapping[str, str] = field(default_factory=dict)

    def start(self, *arguments: object) -> "subprocess.Popen[str]":
        """A command that goes on beside."""
        command = [*COMMAND, *map(str, arguments), "--root", self.root]
        return subprocess.Popen(
            command, env={**os.environ, **self.env}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def call(self, *arguments: object) -> Said:
        """What a command said that was waited for."""
        begun = time.monotonic()
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=HUNG)
        return Said(process.returncode, out, err, time.monotonic() - begun)

    def work(self, *arguments: object) -> str:
        """What a command printed that had to succeed."""
        said = self.call(*arguments)
        assert said.code == 0, said.err
        return said.out

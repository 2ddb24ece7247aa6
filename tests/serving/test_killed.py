"""A server that is killed (`kill -9`) under load, at any moment: each event that it acknowledged lands once."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.landing.lines import rows_of
from tests.serving.intakes import Taking
from tests.serving.load import Author, Client, until_killed

ROOT = Path(__file__).parents[2]
KILLS, CLIENTS = 20, 50
MOST = 200
"""How many answers there are at most before a kill."""


class Forks:
    """Servers, one after another, each in a fork of a process that has loaded what they need."""

    def __init__(self, process):
        self._process = process

    def start(self, lake):
        """Start a server of a lake; its port."""
        self._process.stdin.write(f"{lake.root}\n")
        self._process.stdin.flush()
        self._server = json.loads(self._process.stdout.readline())
        return self._server["port"]

    def kill(self):
        """Kill the server, and wait until it is gone."""
        os.kill(self._server["pid"], signal.SIGKILL)
        assert self._process.stdout.readline() == "gone\n"


@pytest.fixture
def forks():
    command, pipe = [sys.executable, str(Path(__file__).with_name("app.py"))], subprocess.PIPE
    settings = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=settings, text=True) as process:
        yield Forks(process)
        process.stdin.close()


async def numbers(forks, lake, authors):
    """How many events each author has, as a server says, which is killed then."""
    client = Client(forks.start(lake))
    told = [(await client.ask("GET", f"/users/{one.actor_id}/version"))[2]["events"] for one in authors]
    forks.kill()
    return told


def test_killed_at_any_moment_each_acknowledged_event_lands_once(lake, engine, forks, seed):
    draw, authors = random.Random(seed), [Author(number) for number in range(CLIENTS)]
    landed = []
    for number in range(KILLS):
        asyncio.run(until_killed(authors, forks.start(lake), draw.randrange(MOST), forks.kill))
        if number % 5 == 4:
            landed.append(_landed(lake, engine))
    told = asyncio.run(numbers(forks, lake, authors))
    taking = Taking(lake, engine, Path(lake.root) / "inbox")
    landed.append(taking.land())
    taking.intake.close()
    assert [(one.duplicates, one.quarantined) for one in landed] == [(0, 0)] * len(landed)
    assert {author.actor_id for author in authors if author.acknowledged} == {author.actor_id for author in authors}
    rows = rows_of(lake.log, "event_id")
    assert len(rows) == len({row["event_id"] for row in rows})
    for author, number in zip(authors, told, strict=True):
        there = {row["event_id"] for row in rows if row["actor_id"] == author.actor_id}
        assert (number, set(author.acknowledged) - there) == (len(there), set())
        own = {one for one in there if one.startswith(str(author.actor_id))}
        assert own - set(author.acknowledged) <= {(author.unanswered or {}).get("event_id")}


def _landed(lake, engine):
    """A landing of what servers left, by another one, which ends then."""
    taking = Taking(lake, engine, Path(lake.root) / "inbox")
    try:
        return taking.land()
    finally:
        taking.intake.close()

"""`newsfeed serve` killed under load, landing and releasing beside it: what it acknowledged is released once."""

import asyncio
import random
import time
from pathlib import Path

import pytest

from pipelines.log.certificate import counted
from pipelines.log.landings import total_at
from pipelines.releases.release import last_release
from pipelines.storage.lake import Lake
from tests.landing.lines import rows_of
from tests.serving.load import FIRST_ACTOR, Author, Client, until_killed
from tests.serving.servers import Serving

pytestmark = pytest.mark.servers

TOKEN = "a-token-that-is-long"
KILLS, CLIENTS, MOST = 20, 50, 1000
PATIENCE = 300


def serving(lake):
    given = ["--land-every", "300ms", "--run-every", "1s", "--rate", "0", "--store", "lake"]
    return Serving(lake.root, *given, NEWSFEED_TOKENS=TOKEN)


async def numbers(server, authors):
    client = Client(server.port, TOKEN)
    return [(await client.ask("GET", f"/users/{one.actor_id}/version"))[2]["events"] for one in authors]


def released(lake, events):
    """Whether so many events are released, within a while."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        release = last_release(lake)
        if release is not None and release.events == events == counted(total_at(lake.log)):
            return True
        time.sleep(0.5)
    return False


def test_killed_under_load_what_it_acknowledged_is_released_once(tmp_path, seed):
    draw, lake = random.Random(seed), Lake.at(str(tmp_path / "lake"))
    authors = [Author(number, TOKEN) for number in range(CLIENTS)]
    for _ in range(KILLS):
        with serving(lake) as server:
            asyncio.run(until_killed(authors, server.port, draw.randrange(MOST), server.process.kill))
    with serving(lake) as server:
        told = asyncio.run(numbers(server, authors))
        assert released(lake, sum(told))
        assert server.faults == []
    rows = rows_of(lake.log, "event_id")
    assert len(rows) == len({row["event_id"] for row in rows})
    there = {row["event_id"] for row in rows}
    for author, number in zip(authors, told, strict=True):
        assert number == sum(row["actor_id"] == author.actor_id for row in rows)
        assert set(author.acknowledged) <= there
    assert {row["actor_id"] for row in rows} == {FIRST_ACTOR + number for number in range(CLIENTS)}
    assert [path for path in (Path(lake.root) / "inbox").iterdir() if path.name.startswith("segment-")] == []

"""A landing of a topic that is killed anywhere, repeated or doubled brings every record once."""

import signal
import time
from itertools import product
from random import Random

import pytest

from pipelines.storage.lake import Lake
from tests.conftest import SEED
from tests.landing.lines import counts, ids, line, quarantined, rows_of
from tests.servers.commands import Commands
from tests.servers.streams.topics import fill, read_to

pytestmark = pytest.mark.servers

SMALL = {"pipelines.sources.kafka_reader.TOGETHER": 20_000, "pipelines.sources.kafka_reader.AT_ONCE": 100}
"""So few bytes of records land together that RECORDS need several commits."""
RECORDS = 900
STEPS = [("create", (1, 2)), ("commit", range(1, 9)), ("file", range(1, 9)), ("index", range(1, 5))]
ALL = [(step, n, when) for step, numbers in STEPS for n, when in product(numbers, ("before", "after"))]
KILLS = Random(SEED).sample(ALL, 6)
MOMENTS = Random(SEED).sample(range(200, 1500), 2)


@pytest.fixture(scope="module")
def filled(kafka):
    """The URL of a topic with events, one of ten twice, and poison; what a lake has of them."""
    kafka.create_topic("filled", 3)
    records = [line(f"e-{n - n % 10 // 9}", actor_id=1 + n - n % 10 // 9) for n in range(RECORDS)]
    for partition in range(3):
        fill(kafka, "filled", [*records[partition::3], b"{%d" % partition], partition=partition)
    return kafka.url("filled")


@pytest.fixture
def small(monkeypatch):
    """Batches of few records."""
    for name, value in SMALL.items():
        monkeypatch.setattr(name, value)


def require_all(lake):
    assert ids(lake) == sorted({f"e-{n - n % 10 // 9}" for n in range(RECORDS)})
    assert sorted(row["raw"] for row in quarantined(lake)) == [b"{0", b"{1", b"{2"]
    assert read_to(lake) == dict.fromkeys(range(3), 301)


def test_what_is_much_lands_in_several_commits(small, filled, lake, land):
    assert counts(land(filled)) == (903, 810, 90, 3, 3)
    assert len({row["landing"] for row in rows_of(lake.log, "event_id")}) > 3
    require_all(lake)


@pytest.mark.parametrize("kill", KILLS, ids=lambda kill: " ".join(map(str, kill)))
def test_killed_and_repeated_every_record_has_landed_once(processes, filled, lake, kill):
    given = {"sources": [filled], "patch": SMALL}
    died = processes[0].do(lake, "land", kill=kill, **given)["signal"]
    assert died == 9
    done = processes[0].do(lake, "land", **given)["result"]
    assert done["landed"] + done["duplicates"] <= RECORDS
    require_all(lake)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_command_that_is_killed_at_some_moment_is_repeated(filled, lake, moment):
    commands = Commands(lake.root)
    with commands.start("land", filled) as process:
        time.sleep(moment / 1000)
        process.send_signal(signal.SIGKILL)
    commands.work("land", filled)
    require_all(lake)


def test_two_landings_at_once_bring_every_record_once(at_once, filled, tmp_path):
    for number in range(3):
        lake = Lake.at(str(tmp_path / str(number)))
        job = (lake, "land", {"sources": [filled], "patch": SMALL})
        done = at_once(job, job)
        assert sum(one["landed"] for one in done) == 810
        assert sum(one["duplicates"] for one in done) == 90
        require_all(lake)

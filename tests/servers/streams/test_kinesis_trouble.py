"""Whatever happens while a stream of Kinesis lands, every record lands once."""

import json
from itertools import cycle
from random import Random
from threading import Thread

import pytest

from pipelines.landing.land import land
from pipelines.storage.lake import Lake
from pipelines.storage.places import PlaceError
from tests.landing.lines import CLOCK, events, file_of
from tests.servers.proxy import proxy
from tests.servers.streams.shards import fill, in_parts, lines_of, network
from tests.servers.streams.worlds import world

pytestmark = pytest.mark.servers
SMALL = {"pipelines.sources.kinesis_shard.PAGE": 40, "pipelines.sources.kinesis_reader.TOGETHER": 9000}
"""Pages and batches of few records."""
KILLS = 12
STEPS = {"records": 4, "file": 2, "commit": 2, "index": 1}
"""Where a landing is killed, and how often it comes there at least."""
RECORDS = "Kinesis_20131202.GetRecords"


@pytest.fixture
def job(kinesalite, stream):
    """What a process is told to land it, in many small batches."""
    return {"sources": [kinesalite.url(stream)], "env": dict(kinesalite.env), "patch": SMALL}


@pytest.fixture
def in_small(monkeypatch):
    for name, value in SMALL.items():
        monkeypatch.setattr(name, value)


def fault(name):
    """What Kinesis answers by which it says no."""
    return json.dumps({"__type": name, "message": "drawn"}).encode()


def test_killed_at_any_moment_it_lands_the_same(
    kinesalite, stream, job, processes, lake, other, engine, tmp_path, seed
):
    lines, random = network(seed), Random(seed)
    steps = random.choices(list(STEPS), k=KILLS)
    kills = [(step, random.randint(1, STEPS[step]), random.choice(["before", "after"])) for step in steps]
    print("seed", seed, kills)
    signals = []
    for part, kill in zip(in_parts(lines, KILLS), kills, strict=True):
        fill(kinesalite, stream, part)
        signals.append(processes[0].do(lake, "land", kill=kill, **job)["signal"])
    assert signals.count(9) >= KILLS - 3
    land(lake, engine, job["sources"], clock=CLOCK)
    land(other, engine, [file_of(tmp_path / "a", *lines)], clock=CLOCK)
    assert world(lake, engine) == world(other, engine)


def test_two_at_once_land_every_record_once(kinesalite, stream, job, at_once, lake, other, engine, tmp_path, seed):
    lines = network(seed)
    for part in in_parts(lines, 3):
        fill(kinesalite, stream, part)
        results = at_once(*[(lake, "land", job)] * 2)
        assert sum(result["lines"] for result in results) == len(part)
        assert sum(result["duplicates"] for result in results) == 0
    land(other, engine, [file_of(tmp_path / "a", *lines)], clock=CLOCK)
    assert events(lake) == events(other)


def test_delivered_twice_every_record_lands_once(kinesalite, stream, lake, other, engine, tmp_path, in_small):
    lines = lines_of(1, 200)
    fill(kinesalite, stream, lines)
    fill(kinesalite, stream, reversed(lines))
    done = land(lake, engine, [kinesalite.url(stream)], clock=CLOCK)
    assert (done.landed, done.duplicates) == (199, 199)
    land(other, engine, [file_of(tmp_path / "a", *lines)], clock=CLOCK)
    assert events(lake) == events(other)


def test_throttled_and_with_iterators_that_expire_it_lands_the_same(
    kinesalite, stream, lake, other, engine, tmp_path, in_small, monkeypatch
):
    url, lines = kinesalite.create_stream("throttled", 1), lines_of(1, 400)
    fill(kinesalite, "throttled", lines)
    answers = cycle([None, fault("ProvisionedThroughputExceededException"), fault("ExpiredIteratorException"), 500])
    asked = []

    def answer(_, action):
        asked.append(action)
        return next(answers) if action == RECORDS else None

    with proxy(kinesalite.port, answer) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL_KINESIS", between.endpoint)
        assert land(lake, engine, [url], clock=CLOCK).landed == 399
    assert asked.count(RECORDS) > 40
    land(other, engine, [file_of(tmp_path / "a", *lines)], clock=CLOCK)
    assert events(lake) == events(other)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ProvisionedThroughputExceededException", "drawn (ProvisionedThroughputExceededException)"),
        ("ExpiredIteratorException", "each iterator of shardId-0000000000"),
        ("AccessDeniedException", "drawn (AccessDeniedException)"),
        ("UnrecognizedClientException", "its server does not know these keys"),
    ],
)
def test_what_does_not_pass_is_told(kinesalite, lake, engine, monkeypatch, name, says):
    for variable, value in kinesalite.env.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr("pipelines.sources.kinesis_client.PATIENCE_WHEN_BUSY", 0.5)
    url = kinesalite.create_stream(name)
    with proxy(kinesalite.port, lambda _, action: fault(name) if action == RECORDS else None) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL_KINESIS", between.endpoint)
        with pytest.raises(PlaceError) as told:
            land(lake, engine, [url], clock=CLOCK)
    assert str(told.value).startswith(f"cannot read {url}: ")
    assert says in str(told.value)


def test_while_its_server_is_killed_and_comes_back_it_lands_the_same(
    kinesalite, stream, lake, other, engine, tmp_path, in_small, monkeypatch
):
    lines = lines_of(1, 400)
    fill(kinesalite, stream, lines)
    asked, comes_back = [], Thread(target=kinesalite.start)

    def kill_at_third(_, action):
        asked.append(action)
        if asked.count(RECORDS) == 3 and action == RECORDS:
            kinesalite.kill()
            comes_back.start()

    with proxy(kinesalite.port, kill_at_third) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL_KINESIS", between.endpoint)
        assert land(lake, engine, [kinesalite.url(stream)], clock=CLOCK).landed == 399
    comes_back.join()
    land(other, engine, [file_of(tmp_path / "a", *lines)], clock=CLOCK)
    assert events(lake) == events(other)


def test_a_server_that_is_not_there_is_told_of(kinesalite, stream, tmp_path, engine, monkeypatch):
    monkeypatch.setattr("pipelines.sources.kinesis_client.PATIENCE", 0.5)
    monkeypatch.setenv("AWS_ENDPOINT_URL_KINESIS", "http://127.0.0.1:9")
    with pytest.raises(PlaceError, match="cannot read kinesis://.*: Could not connect to .*127.0.0.1:9"):
        land(Lake.at(str(tmp_path / "lake")), engine, [kinesalite.url(stream)], clock=CLOCK)

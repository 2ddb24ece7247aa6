"""Followed, killed, and followed on, a topic gives the lake that a file of its lines gives."""

import random
import time
from threading import Thread
from zlib import crc32

import pytest
from confluent_kafka import Producer

from pipelines.landing.land import land
from pipelines.storage.lake import Lake
from tests.landing.lines import file_of, line
from tests.servers.streams.following import Following, drained
from tests.servers.streams.worlds import world

pytestmark = pytest.mark.servers

KILLS, BREAKS, ALL = 20, 5, 2000
"""How often a follower, and the broker, are killed, while how many lines come, each twice."""


@pytest.fixture
def rng(seed):
    return random.Random(seed)


def traffic(rng, count):
    """Lines of a network that is in use: some twice, some late, some that do not fit."""
    kinds = [("followed", lambda: {"followee_id": rng.randint(1, 30)}), ("posted", lambda: {"text": "hello"})]
    lines = []
    for number in range(count):
        kind, payload = rng.choice(kinds)
        given = payload() | ({"post_id": number + 1} if kind == "posted" else {})
        when = f"2025-12-31T{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:00Z"
        lines.append(line(f"e-{number}", kind, actor_id=rng.randint(1, 30), event_time=when, **given))
        if rng.random() < 0.03:
            lines.append(b"{poison %d" % number)
    return lines


class Feeding(Thread):
    """Puts lines into a topic, some at a time, each of them twice, in another order the second time."""

    def __init__(self, kafka, topic, lines, rng, pause):
        super().__init__(daemon=True)
        self.producer = Producer({"bootstrap.servers": kafka.address, "enable.idempotence": True, "log_level": 0})
        self.topic, self.pause = topic, pause
        self.records = [*lines, *rng.sample(lines, len(lines))]
        self.start()

    def run(self):
        for at in range(0, len(self.records), 20):
            for record in self.records[at : at + 20]:
                self.producer.produce(self.topic, record, partition=crc32(record) % 3)
            self.producer.poll(0)
            time.sleep(self.pause)
        while self.producer.flush(1):
            pass


@pytest.fixture
def as_from_a_file(lake, engine, tmp_path):
    """A function that requires the lake to say what one does in which lines landed from a file."""

    def require(lines):
        other = Lake.at(str(tmp_path / "other"))
        land(other, engine, [file_of(tmp_path / "lines", *lines)])
        assert world(lake, engine) == world(other, engine)

    return require


@pytest.fixture
def topic(kafka, request):
    name = request.node.name[:60]
    kafka.create_topic(name, 3)
    return name


def follow_to_the_end(lake, url, feeding):
    """Follow until all that is fed has landed; how it ended."""
    feeding.pause = 0
    feeding.join(120)
    assert not feeding.is_alive()
    with Following(lake, url, run_every="1s") as last:
        last.wait_for("landed", lambda said: said["behind"] == 0)
        return last.end()


def test_killed_at_any_moment_and_started_again_it_lands_each_record_once(kafka, topic, lake, rng, as_from_a_file):
    lines = traffic(rng, ALL)
    feeding = Feeding(kafka, topic, lines, rng, pause=0.5)
    for _ in range(KILLS):
        with Following(lake, kafka.url(topic), run_every="500ms") as follower:
            if rng.random() < 0.8:
                follower.wait_for("landed")
            time.sleep(rng.uniform(0, 1))
            follower.kill()
    code, _ = follow_to_the_end(lake, kafka.url(topic), feeding)
    assert code == 0
    as_from_a_file(lines)


def test_two_at_once_land_each_record_once(kafka, topic, lake, rng, as_from_a_file):
    lines = traffic(rng, ALL)
    feeding = Feeding(kafka, topic, lines, rng, pause=0.05)
    followers = [Following(lake, kafka.url(topic), run_every=pace) for pace in ("700ms", "1s")]
    with followers[0], followers[1]:
        feeding.join(120)
        for follower in followers:
            follower.wait_for("landed")
        assert [follower.end()[0] for follower in followers] == [0, 0]
    follow_to_the_end(lake, kafka.url(topic), feeding)
    as_from_a_file(lines)


def test_it_waits_for_a_broker_that_was_killed_and_goes_on(kafka, topic, lake, rng, as_from_a_file):
    lines = traffic(rng, ALL)
    feeding = Feeding(kafka, topic, lines, rng, pause=0.2)
    with Following(lake, kafka.url(topic), run_every="1s") as follower:
        follower.wait_for("landed")
        for _ in range(BREAKS):
            time.sleep(rng.uniform(0, 2))
            kafka.kill()
            time.sleep(rng.choice([0, 0, 12]))  # as long as it asks a broker that is away
            kafka.start()
        feeding.pause = 0
        feeding.join(120)
        follower.wait_for("landed")
        assert follower.end()[0] == 0
        told = drained(follower.faults)
    assert all(line.startswith("warning: cannot read kafka://") for line in told), told
    follow_to_the_end(lake, kafka.url(topic), feeding)
    as_from_a_file(lines)

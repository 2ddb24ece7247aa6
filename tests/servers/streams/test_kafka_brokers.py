"""Brokers that are away, for a moment or for good, or cannot be talked to, are told of on one line."""

import re
import sys
import time
from threading import Thread

import pytest
from confluent_kafka import KafkaError
from confluent_kafka.admin._acl import AclOperation
from confluent_kafka.admin._resource import ResourceType

from pipelines.sources import kafka_client, kafka_reader
from pipelines.storage.places import PlaceError
from tests.cli.conftest import call
from tests.landing.lines import ids, line
from tests.servers.processes import free_port
from tests.servers.streams.topics import fill, forbid, producing, read_to

__all__ = ["call"]

pytestmark = pytest.mark.servers

URLS = ["kafka://{}", "kafka://{}/", "kafka://{}/a b", "kafka://{}/a/b", "kafka://{}/ünï", "kafka://{}/" + "a" * 250]
URLS += [
    f"kafka://{brokers}/topic"
    for brokers in ("", "host", "host:", "host:0", "host:99999", "u:p@host:1", "{},", "ünï:1", "host:\u0661")
]
SETTINGS = {
    "nonsense": "line 1: expected NAME=VALUE, as the client of Kafka has settings",
    "group.id =": "line 1: expected group.id=VALUE, found none",
    "oauth_cb=x": "line 1: oauth_cb is no setting that a file can have",
    "\nstats_cb = x": "line 2: stats_cb is no setting that a file can have",
    "logger=x": "line 1: logger is no setting that a file can have",
    "default.topic.config=x": "line 1: default.topic.config is no setting that a file can have",
    "nonsense=1": 'No such configuration property: "nonsense"',
    "security.protocol=NONE": 'Invalid value "NONE" for configuration property "security.protocol"',
    "security.protocol=SSL\nssl.ca.location=/nowhere": "ssl.ca.location failed: ",
}


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(kafka_client, "PATIENCE", 1.0)


@pytest.mark.parametrize("url", URLS)
def test_what_names_no_topic_is_wrong_usage(kafka, lake, call, url):
    url = url.format(kafka.address)
    said = call("land", url, "--root", lake.root)
    form = "kafka://HOST:PORT[,HOST:PORT…]/TOPIC"
    assert (said.code, said.err) == (2, f"error: {url}: expected a URL such as {form}\n")


@pytest.mark.parametrize("topic", ["none", ".."])
def test_a_topic_that_is_not_there_is_told_of_at_once(kafka, lake, call, topic):
    said = call("land", kafka.url(topic), "--root", lake.root)
    why = {"none": "there is no such topic", "..": "Broker: Invalid topic"}[topic]
    assert (said.code, said.err) == (1, f"error: cannot read {kafka.url(topic)}: {why}\n")


def test_brokers_that_are_not_there_are_told_of_in_time(impatient, lake, call):
    began, port = time.monotonic(), free_port()
    for brokers, why in (
        (f"127.0.0.1:{port}", f"Connect to ipv4#127.0.0.1:{port} failed: Connection refused"),
        ("nowhere.invalid:9092", "Failed to resolve 'nowhere.invalid:9092': "),
    ):
        said = call("land", f"kafka://{brokers}/topic", "--root", lake.root)
        assert (said.code, said.err.count("\n")) == (1, 1)
        assert said.err.startswith(f"error: cannot read kafka://{brokers}/topic: {why}")
    assert time.monotonic() - began < 20


def test_one_broker_of_several_is_enough(kafka, topic, land):
    fill(kafka, topic, [line("e-1")])
    url = kafka.url(topic).replace("kafka://", f"kafka://127.0.0.1:{free_port()},")
    assert land(url).landed == 1


@pytest.mark.parametrize("text", SETTINGS)
def test_settings_that_cannot_work_are_told_of(kafka, topic, lake, call, settings, text):
    file = settings(text)
    said = call("land", kafka.url(topic), "--root", lake.root)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert said.err.startswith(f"error: {file}")
    assert SETTINGS[text] in said.err


def test_a_broker_may_be_named_by_any_address_of_it(kafka, topic, land):
    fill(kafka, topic, [line("e-1")])
    assert land(f"kafka://[::ffff:127.0.0.1]:{kafka.port}/{topic}").landed == 1
    assert land(f"kafka://localhost:{kafka.port}/{topic}").lines == 0


@pytest.mark.parametrize("turn", [1, -1])
def test_that_all_brokers_are_down_says_less_than_why_one_is(turn):
    client = kafka_client.Client("kafka://127.0.0.1:9/topic", "127.0.0.1:9")
    faults = [KafkaError(KafkaError._TRANSPORT, "refused"), KafkaError(KafkaError._ALL_BROKERS_DOWN, "1/1 are down")]
    for fault in faults[::turn]:
        client._note(fault)
    assert str(client.failed(client.fault)) == "cannot read kafka://127.0.0.1:9/topic: refused"


def test_settings_that_are_not_there_are_told_of(kafka, topic, lake, call, monkeypatch):
    monkeypatch.setenv("NEWSFEED_KAFKA", "/nowhere")
    said = call("land", kafka.url(topic), "--root", lake.root)
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert said.err.startswith("error: cannot read /nowhere, as NEWSFEED_KAFKA says: ")


def test_security_that_the_brokers_do_not_have_is_told_of(impatient, kafka, topic, lake, call, settings):
    settings("# as the other cluster wants it\n\nsecurity.protocol = SSL\n")
    said = call("land", kafka.url(topic), "--root", lake.root)
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert re.search("SSL (handshake failed|connection closed by peer)", said.err)  # as the broker is quick to hang up


def test_settings_are_taken_but_for_what_a_landing_stands_on(kafka, topic, land, settings):
    settings(
        "bootstrap.servers=127.0.0.1:1\nenable.partition.eof=false\nisolation.level=read_uncommitted\ngroup.id=x\n"
    )
    fill(kafka, topic, [line("e-1")])
    assert land(kafka.url(topic)).landed == 1


def test_who_may_read_a_topic_needs_no_group(kafka, topic, lake, land, settings):
    settings("group.id=forbidden")
    forbid(kafka, ResourceType.GROUP, "forbidden", AclOperation.ALL)
    fill(kafka, topic, [line("e-1")])
    assert land(kafka.url(topic)).landed == 1
    forbid(kafka, ResourceType.TOPIC, topic, AclOperation.READ)
    with pytest.raises(PlaceError, match="Topic authorization failed"):
        land(kafka.url(topic))


def test_without_the_package_it_is_told_what_to_install(lake, call, monkeypatch):
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    said = call("land", "kafka://127.0.0.1:1/topic", "--root", lake.root)
    needs = "it needs the extra kafka: pip install 'newsfeed-pipelines[kafka]'"
    assert (said.code, said.err) == (2, f"error: cannot read kafka://127.0.0.1:1/topic: {needs}\n")


@pytest.fixture
def many(kafka, topic, monkeypatch, settings):
    """The URL of a topic with records of which few are fetched at once."""
    settings("queued.min.messages=1\nfetch.message.max.bytes=1000\n")
    monkeypatch.setattr(kafka_reader, "AT_ONCE", 10)
    with producing(kafka, topic, settings={"batch.num.messages": 10}) as put:
        for number in range(2000):
            put(line(f"e-{number}"), partition=number % 3)
    return kafka.url(topic)


def once_read(monkeypatch, act):
    """Do something once some records are read."""
    take, done = kafka_reader.Reader._take, []

    def taken(reader, messages):
        found = take(reader, messages)
        if found and not done:
            done.append(act())
        return found

    monkeypatch.setattr(kafka_reader.Reader, "_take", taken)


def test_a_broker_that_is_killed_while_it_is_read_and_comes_back_is_read_on(many, kafka, lake, land, monkeypatch):
    monkeypatch.setattr(kafka_client, "PATIENCE", 120.0)  # it starts beside other tests
    back = Thread(target=kafka.start)

    def killed():
        kafka.kill()
        back.start()

    once_read(monkeypatch, killed)
    assert land(many).landed == 2000
    back.join()
    assert sum(read_to(lake).values()) == 2000


def test_of_a_broker_that_stays_away_nothing_lands_until_it_is_back(many, kafka, lake, land, monkeypatch):
    monkeypatch.setattr(kafka_client, "PATIENCE", 2.0)
    with monkeypatch.context() as patched:
        once_read(patched, kafka.kill)
        try:
            with pytest.raises(PlaceError, match=f"cannot read {many}: "):
                land(many)
            assert ids(lake) == []
        finally:
            kafka.start()
    monkeypatch.setattr(kafka_client, "PATIENCE", 120.0)
    assert land(many).landed == 2000

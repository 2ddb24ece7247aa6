"""A topic is read as long as its client gets on, also where it has nothing to give: by what that says of itself."""

import json
from threading import current_thread, main_thread

import pytest
from confluent_kafka import KafkaError, Message

from pipelines.sources import kafka_client
from pipelines.sources.kafka_client import PATIENCE, Client
from pipelines.sources.kafka_reader import Reader
from pipelines.storage.places import PlaceError

ENDS = {0: 5000, 1: 10}


class Consumer:
    """A client that gives nothing of partition 0 until it is at the end, as of what was aborted; 1 is read at once."""

    def __init__(self, tell, clock, gets_on):
        self.tell, self.clock, self.gets_on, self.at = tell, clock, gets_on, 0

    def assign(self, partitions):
        self.waiting = [eof(1, ENDS[1])]

    def consume(self, *_):
        self.clock.now += PATIENCE * 0.6
        self.at += 1000
        self.tell(said({"-1": -1001, **self.gets_on(self.at)}))
        found, self.waiting = self.waiting, [eof(0, ENDS[0])] if self.gets_on(self.at).get("0") == ENDS[0] else []
        return found

    def close(self):
        pass


def eof(partition, offset):
    return Message("t", partition, offset, None, None, None, KafkaError(KafkaError._PARTITION_EOF))


def said(offsets):
    """What the client says of itself, as its documentation has it."""
    partitions = {number: {"partition": int(number), "next_offset": at} for number, at in offsets.items()}
    return json.dumps({"name": "newsfeed#consumer-1", "topics": {"t": {"topic": "t", "partitions": partitions}}})


@pytest.fixture
def read(monkeypatch, tmp_path):
    """A function that reads as long as there is patience; how far that was."""

    class Clock:
        now = 0.0

    def do(gets_on):
        monkeypatch.setattr(kafka_client, "monotonic", lambda: Clock.now)
        monkeypatch.setattr(Client, "made", lambda _, kind, **own: Consumer(own["stats_cb"], Clock, gets_on))
        with Reader(Client("kafka://h:1/t", "h:1"), "t", str(tmp_path), dict.fromkeys(ENDS, 0), ENDS) as reader:
            reader.read()
            return reader.next

    return do


def test_what_was_aborted_is_read_over_however_long_that_takes(read):
    assert read(lambda at: {"0": at}) == ENDS


@pytest.mark.parametrize(
    "gets_on",
    [
        lambda at: {},
        lambda at: {"0": 1000},
        lambda at: {"0": -1001, "1": at},
        lambda at: {"0": ENDS[0] + at},
    ],
    ids=["nothing is said", "it does not get on", "just where all is read", "behind the end"],
)
def test_a_partition_that_stands_still_is_waited_for_no_longer(read, gets_on):
    with pytest.raises(PlaceError, match="no answer in 10 seconds"):
        read(gets_on)


class Made:
    """A client that tells whether it goes on the main thread, where a signal that comes meanwhile would be lost."""

    def __init__(self, settings):
        self.gone = settings["gone"]

    def __del__(self):
        self.gone.append(current_thread() is main_thread())


def test_clients_go_on_another_thread_than_the_one_that_hears_signals():
    gone = []
    with Client("kafka://h:1/t", "h:1") as client:
        client.made(Made, gone=gone)
        client.made(Made, gone=gone)
        assert gone == []
    assert gone == [False, False]


def test_they_do_so_too_when_something_fails():
    gone = []

    def fail(client):
        made = client.made(Made, gone=gone)
        raise client.failed(None, str(made))

    with pytest.raises(PlaceError) as told, Client("kafka://h:1/t", "h:1") as client:
        fail(client)
    assert gone == [False]
    assert "cannot read kafka://h:1/t" in str(told.value)

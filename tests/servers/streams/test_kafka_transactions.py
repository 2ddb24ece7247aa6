"""Of transactions those that are committed land, up to the first that is open; the rest waits, and is counted."""

from threading import Timer

import pytest

from pipelines.sources import kafka_topic
from tests.landing.lines import counts, ids, line
from tests.servers.streams.topics import fill, read_to, transaction

pytestmark = pytest.mark.servers


@pytest.fixture
def impatient(monkeypatch):
    """Transactions that are open are not waited for."""
    monkeypatch.setattr(kafka_topic, "SETTLES", 0.0)


def test_what_was_just_committed_lands_and_a_partition_that_ends_with_a_marker_is_read(kafka, topic, lake, land):
    with transaction(kafka, topic) as (producer, put):
        for number in range(6):
            put(line(f"e-{number}"), partition=number % 2)
        producer.commit_transaction()
        done = land(kafka.url(topic))
    assert (done.landed, done.behind, read_to(lake)) == (6, 0, {0: 4, 1: 4, 2: 0})
    assert counts(land(kafka.url(topic)))[:2] == (0, 0)


def test_what_is_just_being_committed_is_waited_for(kafka, topic, land, monkeypatch):
    monkeypatch.setattr(kafka_topic, "SETTLES", 30.0)
    with transaction(kafka, topic) as (producer, put):
        put(line("e-1"), partition=0)
        commit = Timer(0.5, producer.commit_transaction)
        commit.start()
        done = land(kafka.url(topic))
        commit.join()
    assert (done.landed, done.behind) == (1, 0)


def test_what_was_aborted_never_lands(kafka, topic, lake, land):
    fill(kafka, topic, [line("e-1")], partition=0)
    with transaction(kafka, topic) as (producer, put):
        put(line("e-2"), partition=0)
        put(b"{poison", partition=1)
        producer.abort_transaction()
    fill(kafka, topic, [line("e-3")], partition=0)
    done = land(kafka.url(topic))
    assert (done.lines, ids(lake), read_to(lake)) == (2, ["e-1", "e-3"], {0: 4, 1: 2, 2: 0})


def test_what_is_open_is_behind_with_all_after_it_and_lands_once_it_is_committed(impatient, kafka, topic, lake, land):
    fill(kafka, topic, [line("e-1")], partition=0)
    with transaction(kafka, topic) as (producer, put):
        put(line("e-2"), partition=0)
        fill(kafka, topic, [line("e-3"), line("e-4")], partition=0)
        fill(kafka, topic, [line("e-5")], partition=1)
        done = land(kafka.url(topic))
        assert (done.landed, done.behind, ids(lake)) == (2, 3, ["e-1", "e-5"])
        assert (land(kafka.url(topic)).lines, read_to(lake)) == (0, {0: 1, 1: 1, 2: 0})
        producer.commit_transaction()
    done = land(kafka.url(topic))
    assert (done.landed, ids(lake), read_to(lake)) == (3, ["e-1", "e-2", "e-3", "e-4", "e-5"], {0: 5, 1: 1, 2: 0})


def test_two_topics_are_behind_together(impatient, kafka, topic, lake, land, monkeypatch):
    kafka.create_topic("settled")
    fill(kafka, "settled", [line(f"e-{number}") for number in range(50)])
    monkeypatch.setattr("pipelines.sources.kafka_reader.TOGETHER", 2000)
    monkeypatch.setattr("pipelines.sources.kafka_reader.AT_ONCE", 10)
    with transaction(kafka, topic) as (producer, put):
        put(line("e-open"), partition=0)
        done = land(kafka.url(topic), kafka.url("settled"))
        producer.abort_transaction()
    assert (done.landed, done.behind) == (50, 1)

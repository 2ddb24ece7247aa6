"""Records of any kind: without a value or a key, with headers, very long, and what compaction leaves of them."""

import time

import pytest
from confluent_kafka import Consumer, TopicPartition

from tests.landing.lines import counts, ids, line, quarantined
from tests.servers.streams.topics import fill, producing, read_to

pytestmark = pytest.mark.servers

LONG = 10_000_000
COMPACTED = {
    "cleanup_policy": "compact",
    "segment_ms": 100,
    "min_cleanable_dirty_ratio": 0.01,
    "max_compaction_lag_ms": 100,
}


def test_records_without_a_value_are_counted_and_keys_and_headers_say_nothing(kafka, topic, lake, land):
    with producing(kafka, topic, 0) as put:
        for value, given in (
            (None, {}),
            (b"", {}),
            (line("e-1"), {"key": None}),
            (line("e-2"), {"headers": {"type": b"liked", "none": None}}),
            (b" \n", {}),
            (None, {"key": None}),
        ):
            put(value, **given)
    done = land(kafka.url(topic))
    assert (done.landed, done.quarantined, ids(lake)) == (2, 0, ["e-1", "e-2"])
    assert done.left_out == {"tombstones": 2, "empty records": 1}
    assert read_to(lake)[0] == 6


def test_records_of_ten_megabytes_land_or_are_quarantined_whole(kafka, lake, land):
    kafka.create_topic("long", 2, max_message_bytes=20_000_000)
    lines = [line(f"e-{number}") for number in range(LONG // len(line("e-12345")))]
    poison = b'{"' + b"x" * LONG
    fill(kafka, "long", [b"\n".join(lines), line("short"), poison, line("last")], partition=1)
    done = land(kafka.url("long"))
    assert counts(done)[1:] == (len(lines) + 2, 0, 1, 1)
    assert [(row["source"], row["raw"]) for row in quarantined(lake)] == [(f"{kafka.url('long')}/1#2", poison)]


def still_there(kafka, topic):
    """How many records of a topic's partition are still there."""
    settings = {"bootstrap.servers": kafka.address, "group.id": "none", "enable.partition.eof": True}
    consumer, found = Consumer(settings), 0
    consumer.assign([TopicPartition(topic, 0, 0)])
    while (message := consumer.poll(10)) is not None and message.error() is None:
        found += 1
    consumer.close()
    return found


@pytest.mark.parametrize("codec", ["zstd", "gzip"])
def test_what_is_small_when_it_is_sent_and_large_within_stops_nothing(kafka, topic, lake, land, codec):
    large = {"message.max.bytes": 200_000_000, "queue.buffering.max.kbytes": 400_000, "compression.type": codec}
    fill(kafka, topic, [b"{poison" + b"x" * 110_000_000], partition=0, settings=large)
    fill(kafka, topic, [line("e-1")], partition=0)
    assert (counts(land(kafka.url(topic))), ids(lake)) == ((2, 1, 0, 1, 1), ["e-1"])


def test_of_a_compacted_topic_what_is_left_lands_and_nothing_counts_as_lost(kafka, lake, land):
    kafka.create_topic("compacted", **COMPACTED)
    fill(kafka, "compacted", [line(f"e-{number}") for number in range(4)])
    land(kafka.url("compacted"))
    fill(kafka, "compacted", [line(f"e-{number}") for number in range(4, 40)], key="one")
    time.sleep(0.2)
    fill(kafka, "compacted", [line("e-40")], key="other")
    until = time.monotonic() + 20
    while still_there(kafka, "compacted") > 10:
        assert time.monotonic() < until
        time.sleep(0.2)
        fill(kafka, "compacted", [line("e-40")], key="other")
    done = land(kafka.url("compacted"))
    assert (done.warnings, {"e-39", "e-40"} <= set(ids(lake)), "e-20" in ids(lake)) == ((), True, False)
    assert land(kafka.url("compacted")).lines == 0

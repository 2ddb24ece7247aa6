"""What `newsfeed produce` sends to a stream is there, each record once, a user's in their order, whatever happens."""

import json
import os
import re
import signal
import subprocess
import time
from collections import Counter, defaultdict
from contextlib import closing
from functools import cache

from confluent_kafka import Consumer, TopicPartition

from tests.servers.commands import COMMAND
from tests.servers.processes import free_port

FIXED = ["--network", "XS", "--start", "2026-01-01T00:00:00Z", "--poison", "1%"]
FEW = [*FIXED, "--rate", "0", "--events", "3000"]


def done(*arguments, env=None):
    command = [*COMMAND, "produce", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=120, env={**os.environ, **(env or {})})


def produced(*arguments, env=None):
    """How many records were produced; all goes well."""
    ended = done(*arguments, "--json", env=env)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)["records"]


@cache
def lines():
    """What the few records are on standard output."""
    return done("-", *FEW).stdout.splitlines()


def messages(kafka, topic):
    """The messages of each partition of a topic."""
    asked = {"bootstrap.servers": kafka.address, "group.id": "none", "enable.auto.commit": False}
    with closing(Consumer(asked)) as consumer:
        for partition in consumer.list_topics(topic, timeout=10).topics[topic].partitions:
            end = consumer.get_watermark_offsets(TopicPartition(topic, partition))[1]
            consumer.assign([TopicPartition(topic, partition, 0)])
            found = []
            while len(found) < end:
                found += consumer.consume(min(1000, end - len(found)), 10)
            yield [(message.key(), message.value()) for message in found]


def started(*arguments):
    """The command in a process that goes on beside."""
    return subprocess.Popen([*COMMAND, "produce", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for_messages(kafka, topic, process):
    """Wait until a process has produced some."""
    while not any(map(len, messages(kafka, topic))):
        assert process.poll() is None, process.stderr.read()


def by_user(records):
    """The values of each key's records, in order."""
    users = defaultdict(list)
    for key, value in records:
        users[key].append(value)
    return users


def events_of_users(values):
    """The lines of each user's events, in order, as far as they say whose they are."""
    users = defaultdict(list)
    for value in values:
        try:
            users[json.loads(value)["actor_id"]].append(value)
        except ValueError:
            continue
    return {user: found for user, found in users.items() if user}


def test_a_topic_has_each_record_once_and_a_users_in_one_partition_in_order(kafka):
    assert produced(kafka.url("produced"), *FEW, "--create", 3) == len(lines())
    partitions = [by_user(found) for found in messages(kafka, "produced")]
    assert len(partitions) == 3
    assert sum(map(len, partitions)) == len({key for users in partitions for key in users})
    values = [value or b"" for users in partitions for records in users.values() for value in records]
    assert Counter(values) == Counter(lines())
    assert events_of_users(values) == events_of_users(lines())


def test_tombstones_have_keys_and_no_values(kafka):
    produced(kafka.url("tombs"), *FEW, "--create", 1, "--tombstones", "5%")
    (found,) = messages(kafka, "tombs")
    tombs = [key for key, value in found if value is None]
    assert 100 < len(tombs) < 200
    assert set(tombs) <= {key for key, value in found if value}


def test_a_broker_that_is_killed_and_comes_back_has_each_record_once(kafka):
    url = kafka.create_topic("bumpy", 2)
    with started(url, *FIXED, "--duplicates", "0%", "--seconds", "8", "--json") as process:
        wait_for_messages(kafka, "bumpy", process)
        kafka.kill()
        kafka.start()
        records = json.loads(process.communicate(timeout=120)[0])
    values = [value for found in messages(kafka, "bumpy") for _, value in found]
    events = Counter(value for value in values if value.startswith(b'{"event_id":"7-') and value.endswith(b"}"))
    assert (process.returncode, len(values)) == (0, records["records"])
    assert set(events.values()) == {1}


def test_told_to_end_it_ends_with_all_that_it_says_in_the_topic(kafka):
    url = kafka.create_topic("ended")
    with started(url, *FIXED, "--json") as process:
        wait_for_messages(kafka, "ended", process)
        process.send_signal(signal.SIGTERM)
        records = json.loads(process.communicate(timeout=60)[0])["records"]
    assert (process.returncode, sum(map(len, messages(kafka, "ended")))) == (0, records)


def test_brokers_that_go_or_never_were_are_told_of_on_one_line(kafka):
    nowhere = f"kafka://127.0.0.1:{free_port()}/nothing"
    goes, ends = (kafka.create_topic(name) for name in ("gone", "gone-in-the-end"))
    goes_on, is_ended, is_lost = (started(one, *FIXED) for one in (goes, ends, nowhere))
    with goes_on, is_ended, is_lost:
        wait_for_messages(kafka, "gone", goes_on)
        wait_for_messages(kafka, "gone-in-the-end", is_ended)
        kafka.kill()
        time.sleep(1)  # of what is produced meanwhile nothing is taken
        is_ended.send_signal(signal.SIGTERM)
        said = [(one.communicate(timeout=60)[1].decode(), one.returncode) for one in (is_lost, is_ended, goes_on)]
    kafka.start()
    lost, ended, gone = (text.splitlines()[-1] for text, _ in said)
    assert re.fullmatch(f"error: cannot produce to {nowhere}: .*Connection refused", lost)
    assert re.match(rf"error: cannot produce to {ends}: [\d,]+ records are not taken in 8 seconds", ended)
    assert gone.startswith(f"error: cannot produce to {goes}: no broker takes records for 20 seconds, ")
    assert {code for _, code in said} == {1}


def test_a_topic_that_is_not_there_is_told_of_on_one_line(kafka):
    missing = done(kafka.url("nothing"), *FEW)
    told = f"error: cannot produce to {kafka.url('nothing')}: there is no such topic\n"
    assert (missing.returncode, missing.stderr.decode()) == (1, told)


def test_a_stream_of_kinesis_has_each_record_once_and_a_users_in_one_shard_in_order(kinesalite):
    url = kinesalite.url("produced")
    assert produced(url, *FEW, "--create", 3, env=kinesalite.env) == len(lines())
    shards = list(shards_of(kinesalite, "produced"))
    values = [value for shard in shards for _, value in shard]
    assert sum(len(by_user(shard)) for shard in shards) == len({key for shard in shards for key, _ in shard})
    assert Counter(values) == Counter(lines())
    assert events_of_users(values) == events_of_users(lines())


def shards_of(kinesis, stream):
    """The keys and values of the records of each shard."""
    for shard in kinesis.client.list_shards(StreamName=stream)["Shards"]:
        asked = {"StreamName": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        place, found = kinesis.client.get_shard_iterator(**asked)["ShardIterator"], []
        while page := kinesis.client.get_records(ShardIterator=place)["Records"]:
            found += page
            asked |= {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "StartingSequenceNumber": page[-1]["SequenceNumber"],
            }
            place = kinesis.client.get_shard_iterator(**asked)["ShardIterator"]
        yield [(record["PartitionKey"], record["Data"]) for record in found]


def test_a_stream_that_is_not_there_or_a_kinesis_that_is_not_is_told_of_on_one_line(kinesalite):
    url, elsewhere = kinesalite.url("nothing"), f"http://127.0.0.1:{free_port()}"
    missing = done(url, *FEW, env=kinesalite.env)
    assert missing.stderr.decode().startswith(f"error: cannot produce to {url}: there is no such stream")
    gone = done(url, *FEW, env={**kinesalite.env, "AWS_ENDPOINT_URL_KINESIS": elsewhere})
    told = f'error: cannot produce to {url}: Could not connect to the endpoint URL: "{elsewhere}/"\n'
    assert gone.stderr.decode() == told
    assert (missing.returncode, missing.stderr.count(b"\n"), gone.returncode) == (1, 1, 1)

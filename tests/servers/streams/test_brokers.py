"""The servers of streams take records and give them back, on loopback alone, and leave their ports when they stop."""

import shutil
import socket
from contextlib import closing
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from tests.servers.kafka import Kafka
from tests.servers.kinesis import Kinesalite, KinesisLocal

RECORDS = [b"one", b"two"]
SHARD = "shardId-000000000000"
JAVA, NPM = (
    pytest.mark.skipif(shutil.which(name) is None, reason=f"needs {name}, which is not on the path")
    for name in ("java", "npm")
)
SERVERS = [
    pytest.param(Kafka, marks=JAVA),
    pytest.param(Kinesalite, marks=NPM),
    pytest.param(KinesisLocal, marks=NPM),
]


def written(kafka, topic):
    producer = Producer({"bootstrap.servers": kafka.address})
    for record in RECORDS:
        producer.produce(topic, record)
    assert producer.flush(10) == 0


def read(kafka, topic):
    """The records of a topic's one partition."""
    asked = {"bootstrap.servers": kafka.address, "group.id": "none", "enable.auto.commit": False}
    with closing(Consumer(asked)) as consumer:
        consumer.assign([TopicPartition(topic, 0, 0)])
        return [record.value() for record in consumer.consume(len(RECORDS), 20)]


def put(kinesis, stream):
    for record in RECORDS:
        kinesis.client.put_record(StreamName=stream, Data=record, PartitionKey="1")


def got(kinesis, stream):
    """The records of all shards of a stream."""
    client, records = kinesis.client, []
    for shard in client.list_shards(StreamName=stream)["Shards"]:
        asked = {"StreamName": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        page = client.get_records(ShardIterator=client.get_shard_iterator(**asked)["ShardIterator"])
        records += [record["Data"] for record in page["Records"]]
    return records


def listens_at(pid):
    """The addresses at which a process listens, as the system has them: 0100007F is 127.0.0.1."""
    own = {entry.stat().st_ino for entry in Path(f"/proc/{pid}/fd").iterdir() if entry.is_socket()}
    tables = "".join(Path(f"/proc/{pid}/net/{table}").read_text() for table in ("tcp", "tcp6"))
    rows = [line.split() for line in tables.splitlines() if " 0A " in line]
    return {row[1].partition(":")[0] for row in rows if int(row[9]) in own}


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_listens_on_loopback_alone_and_leaves_its_port_when_it_stops(kind, tmp_path):
    server = kind(tmp_path)
    try:
        server.start()
        assert listens_at(server.process.pid) <= {"0100007F", "0000000000000000FFFF00000100007F"}
    finally:
        server.stop()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections to it that ended a moment ago
        probe.bind(("127.0.0.1", server.port))


def test_what_kafka_took_is_there_after_a_kill(tmp_path, kafka):
    kafka.create_topic("killed")
    written(kafka, "killed")
    kafka.kill()
    kafka.start()
    assert read(kafka, "killed") == RECORDS


def test_a_topic_has_its_settings_and_is_made_anew_with_others(kafka):
    kafka.create_topic("changed", max_message_bytes=20)
    with pytest.raises(KafkaException):
        kafka.create_topic("changed")
    kafka.delete_topic("changed")
    assert kafka.create_topic("changed", partitions=3) == f"kafka://{kafka.address}/changed"
    assert len(kafka.admin.list_topics(timeout=10).topics["changed"].partitions) == 3


def test_what_kinesalite_took_is_there_after_a_kill(kinesalite):
    kinesalite.create_stream("killed")
    put(kinesalite, "killed")
    kinesalite.kill()
    kinesalite.start()
    assert got(kinesalite, "killed") == RECORDS


def test_kinesis_local_splits_a_shard_and_keeps_the_records_before(kinesis_local):
    kinesis_local.create_stream("split")
    put(kinesis_local, "split")
    kinesis_local.client.split_shard(StreamName="split", ShardToSplit=SHARD, NewStartingHashKey=str(1 << 127))
    kinesis_local.wait("split")
    put(kinesis_local, "split")
    shards = kinesis_local.client.list_shards(StreamName="split")["Shards"]
    assert [shard.get("ParentShardId") for shard in shards] == [None, SHARD, SHARD]
    assert "EndingSequenceNumber" in shards[0]["SequenceNumberRange"]
    assert got(kinesis_local, "split") == RECORDS * 2

"""Records for the topics of tests."""

from confluent_kafka import Producer


def fill(kafka, topic, values, partition=None):
    """Put records into a topic, in their order, and wait until all are there."""
    producer = Producer({"bootstrap.servers": kafka.address, "message.max.bytes": 20_000_000})
    given = {} if partition is None else {"partition": partition}
    for number, value in enumerate(values):
        producer.produce(topic, value, key=str(number), **given)
    assert producer.flush(30) == 0

"""A topic of Kafka: `kafka://HOST:PORT[,HOST:PORT…]/TOPIC`, each user's records in order, each taken once."""

from contextlib import suppress
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from pipelines.producing.traffic import Record
from pipelines.sources.kafka_client import PATIENCE, Client, named
from pipelines.storage.places import PlaceError

TAKEN_WITHIN: Final = 20.0
"""Seconds in which a record is taken, tries after a broker was lost among them."""


class KafkaTopic:
    """A topic that takes records."""

    takes_tombstones = True

    def __init__(self, client: Client, topic: str) -> None:
        self._client, self._topic = client, topic
        self._fault: KafkaError | None = None
        settings = {
            "acks": "all",
            "enable.idempotence": True,
            "partitioner": "murmur2_random",  # where the clients in Java put a user's records
            "linger.ms": 5,
            "delivery.timeout.ms": int(TAKEN_WITHIN * 1000),
            "delivery.report.only.error": True,
            "on_delivery": self._not_taken,
        }
        self._producer = client.made(Producer, **settings)

    def send(self, record: Record, /) -> None:
        """Send a record, soon. Raises PlaceError."""
        while True:
            try:
                return self._producer.produce(self._topic, record.value, record.key)
            except BufferError:  # as many wait as may: one that waits for too long is told as not taken
                self._producer.poll(0.1)
            except KafkaException as fault:
                self._not_taken(fault.args[0], None)
            self._require_taken()

    def keep_up(self) -> None:
        """Hear of records that were not taken. Raises PlaceError."""
        self._producer.poll(0)
        self._require_taken()

    def finish(self, within: float, /) -> None:
        """Wait until all records are taken. Raises PlaceError when one is not within so many seconds."""
        left = self._producer.flush(within)
        self._require_taken()
        if left:
            raise self._failed(f"{left:,} records are not taken in {within:.0f} seconds")

    def _not_taken(self, fault: KafkaError, _message: object) -> None:
        self._fault = self._fault or fault

    def _require_taken(self) -> None:
        if self._fault is None:
            return
        if self._fault.code() == KafkaError._MSG_TIMED_OUT:  # noqa: SLF001 (that is how the client names it)
            raise self._failed(f"no broker takes records for {TAKEN_WITHIN:.0f} seconds")
        raise self._client.failed(self._fault)

    def _failed(self, reason: str) -> PlaceError:
        """What to say, with what the brokers last said, of records that are given up."""
        with suppress(KafkaException):
            self._producer.purge()
        return self._client.failed(self._client.fault, reason)


def open_stream(url: str, create: int | None) -> KafkaTopic:
    """The topic of a URL, made first with so many partitions when it is not there. Raises UsageError, PlaceError."""
    brokers, topic = named(url)
    client = Client(url, brokers, doing="produce to")
    admin = client.made(AdminClient)
    try:
        if create is not None:
            _create(admin, topic, create)
        found = admin.list_topics(topic, timeout=PATIENCE).topics[topic]
    except KafkaException as fault:
        admin.poll(0)
        raise client.failed(client.fault or fault.args[0]) from fault
    if found.error is not None:
        raise client.failed(found.error)
    return KafkaTopic(client, topic)


def _create(admin: AdminClient, topic: str, partitions: int) -> None:
    """Make a topic unless it is there. Raises KafkaException."""
    asked: dict[str, Any] = admin.create_topics([NewTopic(topic, partitions)], operation_timeout=PATIENCE)
    try:
        asked[topic].result(PATIENCE)
    except KafkaException as fault:
        if fault.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise

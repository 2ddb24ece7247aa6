"""A topic of Kafka: `kafka://HOST:PORT[,HOST:PORT…]/TOPIC`, each user's records in order, each taken once."""

import logging
import re
from contextlib import suppress
from typing import Any, Final, NamedTuple

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from pipelines.errors import UsageError
from pipelines.producing.target import ProduceError
from pipelines.producing.traffic import Record

ANSWERS_WITHIN: Final = 10.0
"""Seconds in which a broker says what it has."""
TAKEN_WITHIN: Final = 20.0
"""Seconds in which a record is taken, tries after a broker was lost among them."""
URL: Final = re.compile(r"kafka://(?P<servers>[^/?#@]+)/(?P<topic>[A-Za-z0-9._-]{1,249})")


class Topic(NamedTuple):
    """A topic, and where its brokers are."""

    servers: str
    topic: str


class KafkaTopic:
    """A topic that takes records."""

    takes_tombstones = True

    def __init__(self, url: str, address: Topic) -> None:
        self._url, self._topic = url, address.topic
        self._fault: KafkaError | None = None
        settings = {
            **_client(address),
            "acks": "all",
            "enable.idempotence": True,
            "partitioner": "murmur2_random",  # where the clients in Java put a user's records
            "linger.ms": 5,
            "delivery.timeout.ms": int(TAKEN_WITHIN * 1000),
            "delivery.report.only.error": True,
            "on_delivery": self._not_taken,
        }
        self._producer = Producer(settings)

    def send(self, record: Record, /) -> None:
        """Send a record, soon. Raises ProduceError."""
        while True:
            try:
                return self._producer.produce(self._topic, record.value, record.key)
            except BufferError:  # as many as may wait do: a record that waits for too long is told as not taken
                self._producer.poll(0.1)
                self._require_taken()
            except KafkaException as fault:
                self._not_taken(fault.args[0], None)
                self._require_taken()

    def keep_up(self) -> None:
        """Hear of records that were not taken. Raises ProduceError."""
        self._producer.poll(0)
        self._require_taken()

    def finish(self, within: float, /) -> None:
        """Wait until all records are taken. Raises ProduceError when one is not within so many seconds."""
        left = self._producer.flush(within)
        self._require_taken()
        if left:
            raise ProduceError(f"cannot produce to {self._url}: {left:,} records are not taken in {within:.0f} seconds")

    def _not_taken(self, fault: KafkaError, _message: object) -> None:
        self._fault = self._fault or fault

    def _require_taken(self) -> None:
        if self._fault is not None:
            with suppress(KafkaException):
                self._producer.purge()
            raise ProduceError(f"cannot produce to {self._url}: {_reason(self._fault)}")


def open_stream(url: str, create: int | None) -> KafkaTopic:
    """The topic of a URL, made first with so many partitions when it is not there. Raises UsageError, ProduceError."""
    address = parsed(url)
    admin = AdminClient(_client(address))
    try:
        if create is not None:
            _create(admin, address.topic, create)
        found = admin.list_topics(address.topic, timeout=ANSWERS_WITHIN).topics[address.topic]
    except KafkaException as fault:
        raise ProduceError(f"cannot produce to {url}: {_reason(fault.args[0])}") from fault
    if found.error is not None:
        raise ProduceError(f"cannot produce to {url}: {_reason(found.error)}")
    return KafkaTopic(url, address)


def parsed(url: str) -> Topic:
    """The topic that a URL names. Raises UsageError."""
    match = URL.fullmatch(url)
    if match is None or match["topic"] in {".", ".."}:
        raise UsageError(f"{url}: expected kafka://HOST:PORT[,HOST:PORT…]/TOPIC")
    return Topic(match["servers"], match["topic"])


def _client(address: Topic) -> dict[str, Any]:
    """What each client is told: it logs nothing, as what goes wrong is told on one line."""
    quiet = logging.getLogger("confluent_kafka")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    return {"bootstrap.servers": address.servers, "logger": quiet, "log_level": 0}


def _create(admin: AdminClient, topic: str, partitions: int) -> None:
    """Make a topic unless it is there. Raises KafkaException."""
    asked = admin.create_topics([NewTopic(topic, num_partitions=partitions)], operation_timeout=ANSWERS_WITHIN)
    try:
        asked[topic].result(ANSWERS_WITHIN)
    except KafkaException as fault:
        if fault.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise


def _reason(fault: KafkaError) -> str:
    """What went wrong, in a user's words where it is common."""
    if fault.code() in {KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN}:  # noqa: SLF001 (its public constants)
        return f"no broker answers in {ANSWERS_WITHIN:.0f} seconds"
    if fault.code() == KafkaError._MSG_TIMED_OUT:  # noqa: SLF001 (as above)
        return f"no broker takes records for {TAKEN_WITHIN:.0f} seconds"
    if fault.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
        return "there is no such topic; --create N makes it"
    return fault.str().removeprefix("Broker: ").removeprefix("Local: ")

"""What the brokers of a Kafka say of a topic: its id, and for each partition which offsets there are to be read."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from confluent_kafka import IsolationLevel, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from pipelines.sources.kafka_client import Client

SETTLES = 2.0
"""The seconds for which a transaction is waited for: `commit` returns before its markers are on the partitions."""
AGAIN = 0.05
"""The seconds between two looks."""


@dataclass(frozen=True)
class Bounds:
    """A partition's first offset, the one behind all that is settled, and the one behind all."""

    first: int
    stable: int
    end: int


@dataclass(frozen=True)
class Topic:
    """A topic: the cluster that it is of, its id, which another one of its name does not have, and its partitions."""

    cluster: str
    id: str
    partitions: dict[int, Bounds]


def described(client: Client, name: str) -> Topic:
    """The topic of a name as it is now, transactions settled that are just being ended. Raises PlaceError."""
    admin = client.made(AdminClient)
    cluster = _answer(client, admin, lambda: admin.describe_cluster(request_timeout=client.seconds_left))
    topic = _description(client, admin, name)
    numbers = [partition.id for partition in topic.partitions]
    first = _bounds(client, admin, name, numbers)
    return Topic(cluster.cluster_id, str(topic.topic_id), _settled(client, admin, name, first))


def id_of(client: Client, name: str) -> str:
    """The id that the topic of a name has now. Raises PlaceError."""
    return str(_description(client, client.made(AdminClient), name).topic_id)


def _description(client: Client, admin: AdminClient, name: str) -> Any:
    asked = TopicCollection([name])
    return _answer(client, admin, lambda: admin.describe_topics(asked, request_timeout=client.seconds_left)[name])


def _settled(client: Client, admin: AdminClient, name: str, found: dict[int, Bounds]) -> dict[int, Bounds]:
    """The bounds of partitions once all is settled that was there, or after SETTLES seconds."""
    ends, deadline = {number: bounds.end for number, bounds in found.items()}, monotonic() + SETTLES
    while any(found[number].stable < end for number, end in ends.items()) and monotonic() < deadline:
        sleep(AGAIN)
        found = _bounds(client, admin, name, list(ends))
    return found


def _bounds(client: Client, admin: AdminClient, topic: str, numbers: Sequence[int]) -> dict[int, Bounds]:
    """The bounds of partitions; what comes or goes while they are asked for is not taken for unsettled."""

    def offsets(spec: OffsetSpec, level: IsolationLevel) -> list[int]:
        asked = {TopicPartition(topic, number): spec for number in numbers}

        def answers() -> list[Future[Any]]:
            found = admin.list_offsets(asked, isolation_level=level, request_timeout=client.seconds_left)
            return [found[partition] for partition in asked]

        return [answer.offset for answer in _answers(client, admin, answers)]

    earliest, latest = OffsetSpec.earliest(), OffsetSpec.latest()  # type: ignore[no-untyped-call]
    end = offsets(latest, IsolationLevel.READ_UNCOMMITTED)
    stable = offsets(latest, IsolationLevel.READ_COMMITTED)
    first = offsets(earliest, IsolationLevel.READ_UNCOMMITTED)
    bounds = zip(first, stable, map(max, first, stable, end), strict=True)
    return {number: Bounds(*found) for number, found in zip(numbers, bounds, strict=True)}


def _answer(client: Client, admin: AdminClient, ask: Callable[[], Future[Any]]) -> Any:
    return _answers(client, admin, lambda: [ask()])[0]


def _answers(client: Client, admin: AdminClient, ask: Callable[[], list[Future[Any]]]) -> list[Any]:
    """What brokers answer, asked again while it may pass that they do not. Raises PlaceError."""
    while True:
        try:
            found = [future.result() for future in ask()]
        except KafkaException as fault:
            admin.poll(AGAIN)  # it tells the client what went wrong before that
            client.require_patience(fault.args[0])
        else:
            client.answered()
            return found

"""Records for the topics of tests, and what else becomes of topics."""

from contextlib import contextmanager
from itertools import count
from random import Random
from types import MappingProxyType

from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin._acl import AclBinding, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType
from confluent_kafka.cimpl import NewPartitions

from pipelines.landing.land import land, positions_of
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK

ANSWERS_WITHIN = 20
NAMES = count(1)


def fill(kafka, topic, values, partition=None, **given):
    """Put records into a topic, in their order, and wait until all are there."""
    with producing(kafka, topic, partition, **given) as put:
        for value in values:
            put(value)


def spread(kafka, topic, values, partitions, seed):
    """Put records into partitions that are drawn."""
    drawn = Random(seed)
    with producing(kafka, topic) as put:
        for value in values:
            put(value, partition=drawn.randrange(partitions))


@contextmanager
def producing(kafka, topic, partition=None, settings=MappingProxyType({}), **given):
    """A function that puts a record into a topic; all are there behind it."""
    at = {} if partition is None else {"partition": partition}
    usual = {"bootstrap.servers": kafka.address, "message.max.bytes": 20_000_000, "linger.ms": 5}
    producer, keys = Producer({**usual, **settings}), count()

    def put(value, **told):
        producer.produce(topic, value, **{"key": str(next(keys)), **at, **given, **told})

    yield put
    assert producer.flush(ANSWERS_WITHIN) == 0


@contextmanager
def transaction(kafka, topic):
    """A transaction, and a function that puts a record of it into a topic, where it is then, not yet settled."""
    settings = {"bootstrap.servers": kafka.address, "transactional.id": f"of-tests-{next(NAMES)}", "linger.ms": 0}
    producer = Producer(settings)
    producer.init_transactions(ANSWERS_WITHIN)
    producer.begin_transaction()

    def put(value, **told):
        producer.produce(topic, value, **told)
        assert producer.flush(ANSWERS_WITHIN) == 0

    yield producer, put


def lose(kafka, topic, before):
    """Take away the records of partitions before an offset, as retention does."""
    asked = [TopicPartition(topic, partition, offset) for partition, offset in before.items()]
    for answer in kafka.admin.delete_records(asked).values():
        answer.result(ANSWERS_WITHIN)


def grow(kafka, topic, partitions):
    """Give a topic more partitions, and wait until all have their leaders."""
    kafka.admin.create_partitions([NewPartitions(topic, partitions)])[topic].result(ANSWERS_WITHIN)
    kafka.wait_for(topic, partitions)


def forbid(kafka, kind, name, operation):
    """Forbid everybody an operation on something of a broker."""
    told = (kind, name, ResourcePatternType.LITERAL, "User:*", "*", operation, AclPermissionType.DENY)
    for answer in kafka.admin.create_acls([AclBinding(*told)]).values():
        answer.result(ANSWERS_WITHIN)


def position(lake):
    """Of the one stream that a lake has read: how far."""
    (found,) = positions_of(lake).values()
    return found


def read_to(lake):
    """The offset behind the last record that was read of each partition."""
    return {int(number): offset for number, offset in position(lake)["next"].items()}


def landed_on(engine, root, url):
    """How many events of a topic land in a lake on an engine."""
    return land(Lake.at(root), engine, [url], clock=CLOCK).landed

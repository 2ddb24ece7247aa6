"""Reads the records of some partitions of a topic between offsets, each partition to a file of its own."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Self

import pyarrow as pa
from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from pipelines.sources.kafka_client import Client
from pipelines.sources.pieces import Sized
from pipelines.sources.records import RecordFile

TOGETHER = 256 * 1024 * 1024
"""How many bytes of records land together, about."""
AT_ONCE = 10_000
"""How many records are taken from the client at once."""
BREATH = 0.1
"""The seconds in which these have to be there."""
SETTINGS = {
    "group.id": "newsfeed",  # the client wants one; nothing is kept under it
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "error",
    "isolation.level": "read_committed",
    "enable.partition.eof": True,
    "check.crcs": True,
    "fetch.wait.max.ms": 50,
    "fetch.message.max.bytes": 4 * 1024 * 1024,
}
Offsets = Mapping[int, int]
"""By the number of a partition."""


class Reader:
    """Reads from the offsets `start` to those before `end`; `next` has how far, `left_out` the records without lines.

    Offsets may have no record: of transactions that were aborted, of their markers, of what compaction took.
    """

    def __init__(self, client: Client, topic: str, scratch: str, start: Offsets, end: Offsets) -> None:
        self.next = dict(start)
        self.left_out = Counter[str]()
        self._client, self._topic, self._scratch, self._end = client, topic, scratch, end
        self._open = {number for number in start if start[number] < end[number]}
        self._files: dict[int, RecordFile] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def is_done(self) -> bool:
        """Whether all partitions are read to their ends."""
        return not self._open

    @property
    def pieces(self) -> list[Sized]:
        """What was read, partition by partition."""
        return [piece for _, file in sorted(self._files.items()) for piece in file.close()]

    def read(self) -> None:
        """Read until all partitions are, or there are TOGETHER bytes. Raises PlaceError."""
        if self.is_done:
            return
        consumer = Consumer(self._client.settings(**SETTINGS))
        self._stack.callback(consumer.close)
        consumer.assign([TopicPartition(self._topic, number, self.next[number]) for number in sorted(self._open)])
        while self._open and sum(file.size for file in self._files.values()) < TOGETHER:
            found = consumer.consume(AT_ONCE, BREATH)
            if self._take(found):
                self._client.answered()
            else:
                self._client.require_patience(None)

    def _take(self, messages: Sequence[Message]) -> bool:
        """Take what the client gave; whether a partition was read on."""
        records: dict[int, tuple[list[bytes], list[int]]] = defaultdict(lambda: ([], []))
        before = dict(self.next)
        for message in messages:
            fault, number, offset = message.error(), message.partition(), message.offset() or 0
            if fault is not None and fault.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001
                self._client.require_patience(fault)
            elif number in self._open:
                self.next[number] = min(offset + (fault is None), self._end[number])
                if fault is None and offset < self._end[number]:
                    self._keep(message.value(), offset, *records[number])
                if self.next[number] == self._end[number]:
                    self._open.discard(number)
        for number, (values, offsets) in records.items():
            self._file(number).write(values, pa.array(offsets, pa.int64()).cast(pa.string()))
        return self.next != before

    def _keep(self, value: bytes | None, offset: int, values: list[bytes], offsets: list[int]) -> None:
        if value:
            values.append(value)
            offsets.append(offset)
        else:
            self.left_out["tombstones" if value is None else "empty records"] += 1

    def _file(self, number: int) -> RecordFile:
        if number not in self._files:
            made = RecordFile(self._scratch, f"{self._client.url}/{number}", number)
            self._files[number] = self._stack.enter_context(made)
        return self._files[number]

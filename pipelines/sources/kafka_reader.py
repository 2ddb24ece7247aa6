"""Reads the records of some partitions of a topic between offsets, each partition to a file of its own."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby
from typing import Self, cast

import numpy as np
import pyarrow as pa
from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from pipelines.arrays import arrow
from pipelines.sources.kafka_client import Client
from pipelines.sources.pieces import Sized
from pipelines.sources.records import TOGETHER, RecordFile

AT_ONCE = 10_000
"""How many records are taken from the client at once."""
BREATH = 0.1
"""The seconds in which these have to be there."""
SETTINGS = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "error",
    "isolation.level": "read_committed",
    "enable.partition.eof": True,
    "check.crcs": True,
    "statistics.interval.ms": 1000,
}
OF_NO_RECORD = frozenset({None, KafkaError._PARTITION_EOF, KafkaError.GROUP_AUTHORIZATION_FAILED})  # noqa: SLF001
"""What is told of that is no fault: the client asks for its group, though nothing is kept there."""
Offsets = Mapping[int, int]
"""By the number of a partition."""


class Reader:
    """Reads from the offsets `start` to those before `end`; `next` has how far, `left_out` the records without lines.

    Offsets may have no record: of transactions that were aborted, of their markers, of what compaction took.
    """

    def __init__(self, client: Client, topic: str, scratch: str, start: Offsets, end: Offsets) -> None:
        self.next = dict(start)
        self.left_out = Counter[str]()
        self._client, self._topic, self._scratch = client, topic, scratch
        self._start, self._end = start, end
        self._open = {number for number in start if start[number] < end[number]}
        self._fetched = dict(start)
        self._gone = False
        self._files: dict[int, RecordFile] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def is_done(self) -> bool:
        """Whether all partitions are read to their ends."""
        return not self._open and not self._gone

    @property
    def pieces(self) -> list[Sized]:
        """What was read, partition by partition."""
        return [piece for _, file in sorted(self._files.items()) for piece in file.close()]

    def read(self) -> None:
        """Read until all partitions are, or there are TOGETHER bytes. Raises PlaceError."""
        if self.is_done:
            return
        consumer = self._client.made(Consumer, **SETTINGS, stats_cb=self._hear)
        self._stack.callback(consumer.close)
        consumer.assign([TopicPartition(self._topic, number, self.next[number]) for number in sorted(self._open)])
        while self._open and sum(file.size for file in self._files.values()) < TOGETHER:
            found = consumer.consume(AT_ONCE, BREATH)
            if self._take(found):
                self._client.answered()
            else:
                self._client.require_patience(None)

    def _hear(self, told: str) -> None:
        """Have patience anew when the client has read a partition on, as it gives nothing of what was aborted."""
        topic = json.loads(told)["topics"].get(self._topic, {"partitions": {}})
        for number in self._open:
            fetched = topic["partitions"].get(str(number), {}).get("next_offset", 0)
            if min(fetched, self._end[number]) > self._fetched[number]:
                self._fetched[number] = min(fetched, self._end[number])
                self._client.answered()

    def _take(self, messages: Sequence[Message]) -> bool:
        """Take what the client gave; whether a partition was read on."""
        before = dict(self.next)
        for number, found in groupby(messages, Message.partition):
            run = list(found)
            records = [message for message in run if message.error() is None]
            if records and number in self._open:
                self._keep(number, records)
            if len(records) < len(run):
                for message in run:
                    self._note(number, message.offset(), message.error())
        self._open = {number for number in self._open if self.next[number] < self._end[number]}
        return self.next != before

    def _keep(self, number: int, records: Sequence[Message]) -> None:
        """Write the records of a partition before its end, but for those without lines."""
        offsets = np.array([record.offset() for record in records], np.int64)
        self._go_on(number, int(offsets[-1]) + 1)
        count = int(np.searchsorted(offsets, self._end[number]))
        given, offsets = [record.value() for record in records[:count]], offsets[:count]
        if not all(given):
            self.left_out += Counter({"tombstones": given.count(None), "empty records": given.count(b"")})
            offsets = offsets[[at for at, value in enumerate(given) if value]]
        if len(offsets):
            values = given if len(offsets) == len(given) else list(filter(None, given))
            self._file(number).write(cast("list[bytes]", values), arrow(offsets, pa.int64()))

    def _note(self, number: int | None, offset: int | None, fault: KafkaError | None) -> None:
        """Take in what is no record: that a partition has no more of them before an offset, or a fault."""
        code = None if fault is None else fault.code()
        if code == KafkaError._PARTITION_EOF and number in self._open:  # noqa: SLF001
            self._go_on(number, offset or 0)
        elif code == KafkaError._AUTO_OFFSET_RESET and number in self._open:  # noqa: SLF001
            self._stop_at(number, fault)
        elif code not in OF_NO_RECORD:
            self._client.require_patience(fault)

    def _go_on(self, number: int, offset: int) -> None:
        self.next[number] = max(self.next[number], min(offset, self._end[number]))

    def _stop_at(self, number: int, fault: KafkaError | None) -> None:
        """Read a partition no further, of which the next records are gone: who reads on there is told how many."""
        if self.next[number] == self._start[number]:
            raise self._client.failed(fault)
        self._open.discard(number)
        self._gone = True

    def _file(self, number: int) -> RecordFile:
        if number not in self._files:
            made = RecordFile(self._scratch, f"{self._client.url}/{number}", number)
            self._files[number] = self._stack.enter_context(made)
        return self._files[number]

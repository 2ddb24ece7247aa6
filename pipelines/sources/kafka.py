"""Kafka: `kafka://HOST:PORT[,HOST:PORT…]/TOPIC`, the committed records of a topic, partition by partition.

The log itself keeps how far each partition is read, so there is no group of consumers that is to be rebalanced.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.sources.base import ACCEPT, Batch, Loss, Lost, Move, Position, Positions, losses
from pipelines.sources.kafka_client import Client, named
from pipelines.sources.kafka_reader import Reader
from pipelines.sources.kafka_topic import Bounds, Topic, described, id_of
from pipelines.storage.places import PlaceError

SHOWN = 20
"""Of how many partitions it is told which offsets are gone; the log keeps all."""


def opened(url: str, *, accept_loss: bool) -> "Kafka":
    """The topic that a URL names. Raises UsageError."""
    named(url)
    return Kafka(url, accept_loss)


@dataclass(frozen=True)
class Kafka:
    """A topic; records that are gone are done without where that loss is accepted."""

    url: str
    accept_loss: bool = False

    def read(self, scratch: str, positions: Positions, /) -> Batch:
        """The records behind those that landed, up to the last stable offsets, or as many as land together.

        Raises PlaceError for brokers that do not answer, or have no such topic, Lost for records that are gone.
        """
        brokers, name = named(self.url)
        with Client(self.url, brokers) as client:
            return self._read(client, name, scratch, positions)

    def _read(self, client: Client, name: str, scratch: str, positions: Positions) -> Batch:
        topic = described(client, name)
        stream = f"kafka:{topic.cluster}/{name}"
        before = positions.get(stream)
        start, lost = self._start(topic, before)
        end = {number: max(start[number], bounds.stable) for number, bounds in topic.partitions.items()}
        with Reader(client, name, scratch, start, end) as reader:
            reader.read()
            if reader.next != start and id_of(client, name) != topic.id:
                raise PlaceError(f"cannot read {self.url}: the topic was deleted and made again while it was read")
            return Batch(
                pieces=reader.pieces,
                left_out=reader.left_out,
                moves={stream: Move(before, _position(topic, reader.next, lost))},
                behind=sum(bounds.end - reader.next[number] for number, bounds in topic.partitions.items()),
                is_all=reader.is_done,
                warnings=[f"{self.url}: {_told(lost[len(losses(before)) :])}"] if lost != losses(before) else [],
            )

    def _start(self, topic: Topic, before: Position | None) -> tuple[dict[int, int], list[Loss]]:
        """From which offsets partitions are read, and all that was ever lost. Raises Lost for what is lost now."""
        first = {number: bounds.first for number, bounds in topic.partitions.items()}
        if before is None:
            return first, []
        if before["topic"] != topic.id:
            start = first
            new: list[Loss] = [{"topic": before["topic"], "next": before["next"]}]
        else:
            wanted = {number: before["next"].get(str(number), 0) for number in first}
            new = [one for number, bounds in topic.partitions.items() for one in _gap(number, wanted[number], bounds)]
            start = {number: _reachable(wanted[number], bounds) for number, bounds in topic.partitions.items()}
        if new and not self.accept_loss:
            raise Lost(f"cannot read {self.url}: {_told(new)}; {ACCEPT}")
        return start, [*losses(before), *new]


def _position(topic: Topic, read: Mapping[int, int], lost: Sequence[Loss]) -> Position:
    """How far a topic is read, and what was lost of it, as the log keeps it."""
    read_to = {"topic": topic.id, "next": {str(number): offset for number, offset in sorted(read.items())}}
    return read_to | ({"lost": list(lost)} if lost else {})


def _reachable(wanted: int, bounds: Bounds) -> int:
    """The offset from which a partition is read on when one is wanted that may be gone, or not be there yet."""
    return min(max(wanted, bounds.first), bounds.end)


def _gap(number: int, wanted: int, bounds: Bounds) -> list[Loss]:
    """What a partition lost: records from the offset that was wanted on, or, where it ends before that, what landed."""
    at = _reachable(wanted, bounds)
    return [] if at == wanted else [{"partition": number, "wanted": wanted, "found": at}]


def _told(lost: Sequence[Loss]) -> str:
    """What was lost, in words."""
    gone = [one for one in lost if "topic" not in one and one["wanted"] < one["found"]]
    others = [_of_topic(one) if "topic" in one else _shorter(one) for one in lost if one not in gone]
    return "; ".join([*others, _gone(gone)] if gone else others)


def _of_topic(loss: Loss) -> str:
    return f"the topic was deleted and made again since (its id was {loss['topic']}), with what had not landed of it"


def _shorter(loss: Loss) -> str:
    number, wanted, found = (loss[name] for name in ("partition", "wanted", "found"))
    return f"partition {number} ends at offset {found}, though it was read up to {wanted}: it lost what landed of it"


def _gone(lost: Sequence[Loss]) -> str:
    """How many records are gone before they landed, where there were no gaps between them, and which."""
    count = sum(loss["found"] - loss["wanted"] for loss in lost)
    which = [f"of partition {loss['partition']} {_offsets(loss['wanted'], loss['found'] - 1)}" for loss in lost]
    more = [f"and of {len(which) - SHOWN} more partitions"] if len(which) > SHOWN else []
    return f"up to {count:,} records are gone that had not landed: {', '.join([*which[:SHOWN], *more])}"


def _offsets(first: int, last: int) -> str:
    return f"the offset {first}" if first == last else f"the offsets {first} to {last}"

"""Kinesis: `kinesis://STREAM?region=REGION`, the records of a stream, shard by shard, parents before their children.

The log itself keeps how far each shard is read. Kinesis does not say what its retention took: records are known to be
whole where they were read to the end within that time, and where they were not, some may be gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipelines.sources.base import ACCEPT, Batch, Loss, Lost, Move, Position, Positions, losses
from pipelines.sources.kinesis_client import Client, named
from pipelines.sources.kinesis_reader import Reader, Shards
from pipelines.sources.kinesis_shard import END
from pipelines.sources.kinesis_stream import Stream, described

ANEW = timedelta(hours=1)
"""After so much time it is committed that a stream was read whole of which nothing came."""


def opened(url: str, *, accept_loss: bool) -> "Kinesis":
    """The stream that a URL names. Raises UsageError."""
    named(url)
    return Kinesis(url, accept_loss)


@dataclass(frozen=True)
class Kinesis:
    """A stream; records that are gone are done without where that loss is accepted."""

    url: str
    accept_loss: bool = False

    def read(self, scratch: str, positions: Positions, /) -> Batch:
        """The records behind those that landed, up to the newest as of now, or as many as land together.

        Raises PlaceError for a server that does not answer, or has no such stream, Lost for records that are gone.
        """
        name, region = named(self.url)
        client = Client(self.url, region)
        stream = described(client, name)
        key = f"kinesis:{stream.name}"
        before = positions.get(key)
        start, new = _start(stream, before)
        if new and not self.accept_loss:
            raise Lost(f"cannot read {self.url}: {_told(new)}; {ACCEPT}")
        whole = None if before is None or new else _time(before["whole_until"])
        with Reader(client, stream, name, scratch, start) as reader:
            reader.read()
            lost = [*losses(before), *new]
            after = _position(stream, reader.last, reader.whole_until(whole), lost)
            return Batch(
                pieces=reader.pieces,
                left_out=reader.left_out,
                moves={key: Move(before, after if before is None or _is_news(before, after) else before)},
                behind=0 if reader.is_last else None,
                is_all=reader.is_done,
                warnings=[f"{self.url}: {_told(new)}"] if new else [],
            )


def _start(stream: Stream, before: Position | None) -> tuple[Shards, list[Loss]]:
    """How far the shards are read that are there, and what was lost since then."""
    if before is None:
        return dict.fromkeys(stream.shards), []
    if _time(before["made"]) != stream.made:
        return dict.fromkeys(stream.shards), [{"made": before["made"], "shards": before["shards"]}]
    read: Shards = before["shards"]
    new: list[Loss] = [
        {"shard": shard, "last": last} for shard, last in read.items() if last != END and shard not in stream.shards
    ]
    whole_until = _time(before["whole_until"])
    if whole_until is not None and whole_until < stream.horizon:
        new.append({"from": before["whole_until"], "to": _written(stream.horizon)})
    return {shard: read.get(shard) for shard in stream.shards}, new


def _position(stream: Stream, read: Shards, whole_until: datetime | None, lost: Sequence[Loss]) -> Position:
    """How far a stream is read, and what was lost of it, as the log keeps it."""
    position = {"made": _written(stream.made), "whole_until": _written(whole_until), "shards": dict(read)}
    return position | ({"lost": list(lost)} if lost else {})


def _is_news(before: Position, after: Position) -> bool:
    """Whether a position says more than that some time has passed."""
    old, new = (_time(position["whole_until"]) for position in (before, after))
    if old is None or new is None or new - old >= ANEW:
        return before != after
    return before != {**after, "whole_until": before["whole_until"]}


def _written(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _time(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written).astimezone(UTC)


def _told(lost: Sequence[Loss]) -> str:
    return "; ".join(map(_loss, lost))


def _loss(loss: Loss) -> str:
    if "made" in loss:
        return f"the stream made at {loss['made']} was deleted and made again, with what had not landed of it"
    if "shard" in loss:
        read = "nothing of it had landed" if loss["last"] is None else f"it had landed up to {loss['last']}"
        return f"{loss['shard']} is gone with what had not landed of it ({read})"
    return (
        f"what arrived between {loss['from']} and {loss['to']} may be gone: it had not landed in the time for which "
        "the stream keeps records"
    )

"""Reads the shards of a stream, several at once, each only once its parents are read to their ends."""

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Self

from pipelines.sources.kinesis_client import AT_ONCE, Client
from pipelines.sources.kinesis_shard import END, ShardReader
from pipelines.sources.kinesis_stream import Shard, Stream
from pipelines.sources.pieces import Sized
from pipelines.sources.records import TOGETHER, RecordFile

Shards = Mapping[str, str | None]
"""How far shards are read, by their ids: a sequence number, END, or None where nothing is."""
TICK = timedelta(seconds=1)
"""How exactly servers say which time it is."""


class Reader:
    """Reads shards on behind `start`: all that had arrived when the stream was described, or TOGETHER bytes."""

    def __init__(self, client: Client, stream: Stream, name: str, scratch: str, start: Shards) -> None:
        self._client, self._stream, self._name, self._scratch, self._start = client, stream, name, scratch, start
        self._begun: dict[str, ShardReader] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def last(self) -> dict[str, str | None]:
        """How far shards are read."""
        return {**self._start, **{shard: reader.last for shard, reader in self._begun.items()}}

    @property
    def left_out(self) -> Counter[str]:
        """The records without lines."""
        return sum((reader.left_out for reader in self._begun.values()), Counter[str]())

    @property
    def pieces(self) -> list[Sized]:
        """What was read, shard by shard, parents before their children."""
        return [piece for reader in self._begun.values() for piece in reader.file.close()]

    @property
    def is_done(self) -> bool:
        """Whether all is read that was to be."""
        return not self._ready() and all(reader.is_done for reader in self._begun.values())

    @property
    def is_last(self) -> bool:
        """Whether, moreover, nothing came since."""
        return self.is_done and all(reader.is_last for reader in self._begun.values())

    def whole_until(self, before: datetime | None) -> datetime | None:
        """Until when all that had arrived is read, where it was until a time before; None where it never was."""
        if self.is_done:
            return self._stream.now
        left = (self._begun.get(shard) for shard, last in self.last.items() if last != END)
        times = [before if one is None else _whole_until(one, before, self._stream.now) for one in left]
        return min((time for time in times if time is not None), default=None)

    def read(self) -> None:
        """Read until there is nothing more, or enough. Raises PlaceError."""
        with ThreadPoolExecutor(AT_ONCE) as pool, self._ending():
            while not self._is_enough() and (ready := self._ready()):
                for shard in ready:
                    self._begun[shard.id] = self._reader(shard)
                list(pool.map(self._read, ready))

    def _ready(self) -> list[Shard]:
        """The shards that can be begun, as their parents are read; first those of which least is read."""
        last = self.last
        ready = [
            shard
            for shard in self._stream.shards.values()
            if shard.id not in self._begun
            and last[shard.id] != END
            and all(last[parent] == END for parent in shard.parents)
        ]
        return sorted(ready, key=lambda shard: int(last[shard.id] or 0))  # sequence numbers grow with time

    def _reader(self, shard: Shard) -> ShardReader:
        source = self._client.url.replace(f"//{self._name}", f"//{self._name}/{shard.id}", 1)
        file = self._stack.enter_context(RecordFile(self._scratch, source, len(self._begun)))
        return ShardReader(self._client, self._name, shard, self._start[shard.id], file)

    def _read(self, shard: Shard) -> None:
        with self._ending():
            self._begun[shard.id].read(self._stream.now + TICK, self._is_enough)

    def _is_enough(self) -> bool:
        return self._client.ends.is_set() or sum(reader.file.size for reader in self._begun.values()) >= TOGETHER

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """Where one fails all end."""
        try:
            yield
        except BaseException:
            self._client.ends.set()
            raise


def _whole_until(reader: ShardReader, before: datetime | None, now: datetime) -> datetime | None:
    return now if reader.is_done else reader.arrived or before

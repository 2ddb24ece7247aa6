"""Reads a shard of a stream to a file of its own."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from pipelines.door.aggregated import within
from pipelines.sources.kinesis_client import Client, Expired
from pipelines.sources.kinesis_stream import Shard
from pipelines.sources.records import RecordFile

END = "end"
"""Instead of a sequence number: the shard is closed, and read whole."""
PAGE = 10_000
"""How many records are asked for at once, the most that there may be."""
RENEWALS = 3
"""How often an iterator may expire before it is used."""


class ShardReader:
    """Reads a shard on behind the record of a sequence number, from its oldest one where that is None.

    `last` says how far it is read, `arrived` when the last of what was read now had arrived.
    """

    def __init__(self, client: Client, stream: str, shard: Shard, last: str | None, file: RecordFile) -> None:
        self.last, self.file = last, file
        self.arrived: datetime | None = None
        self.left_out = Counter[str]()
        self.is_done = self.is_last = False
        self._client, self._stream, self._shard = client, stream, shard

    def read(self, until: datetime, is_enough: Callable[[], bool]) -> None:
        """Read all that had arrived until a time, and of a closed shard everything, or until there is enough.

        Then `is_done` says whether that is read, `is_last` whether nothing came since. Raises PlaceError.
        """
        iterator = self._iterator()
        while not self.is_done and not is_enough():
            page = self._page(iterator)
            iterator = page.get("NextShardIterator")
            self._keep(page["Records"])
            self._note(until, is_tip=not page["Records"] and not page.get("MillisBehindLatest"), is_end=not iterator)

    def _note(self, until: datetime, *, is_tip: bool, is_end: bool) -> None:
        """Note how far it is read: all that is there now, or to the end of a closed shard."""
        if is_end or (is_tip and self._shard.is_closed):
            self.last = END
        is_since = not self._shard.is_closed and self.arrived is not None and self.arrived > until
        self.is_last = is_tip or is_end
        self.is_done = self.is_last or is_since

    def _page(self, iterator: str) -> Any:
        """The next records, by an iterator, or, where it has expired, by another one."""
        for _ in range(RENEWALS):
            try:
                return self._client.ask("get_records", ShardIterator=iterator, Limit=PAGE)
            except Expired:
                iterator = self._iterator()
        raise self._client.failed(f"each iterator of {self._shard.id} expires before it is used")

    def _iterator(self) -> str:
        start = {"ShardIteratorType": "TRIM_HORIZON"}
        if self.last is not None:
            start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": self.last}
        asked = {"StreamName": self._stream, "ShardId": self._shard.id, **start}
        return str(self._client.ask("get_shard_iterator", **asked)["ShardIterator"])

    def _keep(self, records: Sequence[Any]) -> None:
        values: list[bytes] = []
        positions: list[str] = []
        for value, position in (found for record in records for found in _within(record)):
            if value:
                values.append(value)
                positions.append(position)
            else:
                self.left_out["empty records"] += 1
        self.file.write(values, pa.array(positions, pa.string()))
        if records:
            self.last, self.arrived = records[-1]["SequenceNumber"], records[-1]["ApproximateArrivalTimestamp"]


def _within(record: Any) -> Iterator[tuple[bytes, str]]:
    """The data of a record with its sequence number; of those put together in one, with the place of each in it."""
    data, number = record["Data"], record["SequenceNumber"]
    inner = within(data)
    if inner is None:
        yield data, number
    else:
        yield from ((one, f"{number}.{place}") for place, one in enumerate(inner))

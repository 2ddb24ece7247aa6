"""A stream of Kinesis: `kinesis://STREAM?region=REGION`, records by user to shards.

A record whose answer was lost is sent again, and one for which a shard had no room comes behind others of its user.
"""

from time import monotonic, sleep
from typing import Final

from botocore.exceptions import ClientError

from pipelines.producing.traffic import Record
from pipelines.sources.kinesis_client import Client, named
from pipelines.storage.places import PlaceError

MOST: Final = 500
"""So many records are taken at once."""
WAITS: Final = 0.2
"""Seconds that a record waits at most for others to go with."""
TAKEN_WITHIN: Final = 20.0
"""Seconds in which what a shard had no room for is sent again."""
MADE_WITHIN: Final = 60.0
"""Seconds in which a new stream is there."""


class KinesisStream:
    """A stream that takes records, in batches."""

    takes_tombstones = False

    def __init__(self, client: Client, name: str) -> None:
        self._client, self._name = client, name
        self._waiting: list[dict[str, object]] = []
        self._sent = monotonic()

    def send(self, record: Record, /) -> None:
        """Send a record, soon. Raises PlaceError."""
        self._waiting.append({"Data": record.value or b"", "PartitionKey": record.key})
        if len(self._waiting) == MOST:
            self.finish(TAKEN_WITHIN)

    def keep_up(self) -> None:
        """Send what waits for others. Raises PlaceError."""
        if monotonic() - self._sent > WAITS:
            self.finish(TAKEN_WITHIN)

    def finish(self, within: float, /) -> None:
        """Send all that waits until it is taken. Raises PlaceError when it is not within so many seconds."""
        batch, self._waiting, self._sent = self._waiting, [], monotonic()
        ends, pause = monotonic() + within, 0.05
        while batch:
            batch, reason = self._put(batch)
            if batch and monotonic() > ends:
                told = f"{len(batch):,} records are not taken in {within:.0f} seconds: {reason}"
                raise self._client.failed(told)
            if batch:
                sleep(pause)
                pause = min(2 * pause, 1.0)

    def _put(self, batch: list[dict[str, object]]) -> tuple[list[dict[str, object]], str]:
        """The records of a batch that were not taken, and why one was not."""
        answer = self._client.ask("put_records", StreamName=self._name, Records=batch)
        results = zip(batch, answer["Records"], strict=True)
        left = [(record, result["ErrorCode"]) for record, result in results if result.get("ErrorCode")]
        return [record for record, _ in left], left[0][1] if left else ""


def open_stream(url: str, create: int | None) -> KinesisStream:
    """The stream of a URL, made first with so many shards when it is not there. Raises UsageError, PlaceError."""
    name, region = named(url)
    client = Client(url, region, doing="produce to")
    try:
        client.ask("describe_stream_summary", StreamName=name)
    except PlaceError as fault:
        if create is None or not _is_missing(fault):
            raise
        _create(client, name, create)
    return KinesisStream(client, name)


def _is_missing(fault: PlaceError) -> bool:
    """Whether there is no such stream."""
    cause = fault.__cause__
    return isinstance(cause, ClientError) and cause.response["Error"].get("Code") == "ResourceNotFoundException"


def _create(client: Client, name: str, shards: int) -> None:
    """Make a stream, and wait until it takes records. Raises PlaceError."""
    client.ask("create_stream", StreamName=name, ShardCount=shards)
    ends = monotonic() + MADE_WITHIN
    while (
        client.ask("describe_stream_summary", StreamName=name)["StreamDescriptionSummary"]["StreamStatus"] != "ACTIVE"
    ):
        if monotonic() > ends:
            raise client.failed(f"the new stream is not there after {MADE_WITHIN:.0f} seconds")
        sleep(0.5)

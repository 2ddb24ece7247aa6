"""A stream of Kinesis: `kinesis://STREAM?region=REGION`, records by user to shards."""

import re
from time import monotonic, sleep
from typing import Any, Final, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pipelines.errors import UsageError
from pipelines.producing.target import ProduceError
from pipelines.producing.traffic import Record

MOST: Final = 500
"""So many records are taken at once."""
WAITS: Final = 0.2
"""Seconds that a record waits at most for others to go with."""
TAKEN_WITHIN: Final = 20.0
"""Seconds in which what a shard had no room for is sent again."""
URL: Final = re.compile(r"kinesis://(?P<stream>[A-Za-z0-9._-]{1,128})(\?region=(?P<region>[a-z0-9-]+))?")
QUICK: Final = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 3, "mode": "standard"})


class Stream(NamedTuple):
    """A stream, and in which region it is, None for the one of the surroundings."""

    name: str
    region: str | None


class KinesisStream:
    """A stream that takes records, in batches."""

    takes_tombstones = False

    def __init__(self, url: str, client: Any, name: str) -> None:
        self._url, self._client, self._name = url, client, name
        self._waiting: list[dict[str, object]] = []
        self._sent = monotonic()

    def send(self, record: Record, /) -> None:
        """Send a record, soon. Raises ProduceError."""
        self._waiting.append({"Data": record.value or b"", "PartitionKey": record.key})
        if len(self._waiting) == MOST:
            self.finish(TAKEN_WITHIN)

    def keep_up(self) -> None:
        """Send what waits for others. Raises ProduceError."""
        if monotonic() - self._sent > WAITS:
            self.finish(TAKEN_WITHIN)

    def finish(self, within: float, /) -> None:
        """Send all that waits until it is taken. Raises ProduceError when it is not within so many seconds."""
        batch, self._waiting, self._sent = self._waiting, [], monotonic()
        ends, pause = monotonic() + within, 0.05
        while batch:
            batch, reason = self._put(batch)
            if batch and monotonic() > ends:
                told = f"{len(batch)} records are not taken in {within:.0f} seconds: {reason}"
                raise ProduceError(f"cannot produce to {self._url}: {told}")
            if batch:
                sleep(pause)
                pause = min(2 * pause, 1.0)

    def _put(self, batch: list[dict[str, object]]) -> tuple[list[dict[str, object]], str]:
        """The records of a batch that were not taken, and why one was not."""
        try:
            answer = self._client.put_records(StreamName=self._name, Records=batch)
        except (BotoCoreError, ClientError) as fault:
            raise ProduceError(f"cannot produce to {self._url}: {_reason(fault)}") from fault
        results = zip(batch, answer["Records"], strict=True)
        left = [(record, result["ErrorCode"]) for record, result in results if result.get("ErrorCode")]
        return [record for record, _ in left], left[0][1] if left else ""


def open_stream(url: str, create: int | None) -> KinesisStream:
    """The stream of a URL, made first with so many shards when it is not there. Raises UsageError, ProduceError."""
    name, region = parsed(url)
    try:
        client = boto3.client("kinesis", region_name=region, config=QUICK)
        if create is not None:
            _create(client, name, create)
        client.describe_stream_summary(StreamName=name)
    except (BotoCoreError, ClientError) as fault:
        raise ProduceError(f"cannot produce to {url}: {_reason(fault)}") from fault
    return KinesisStream(url, client, name)


def parsed(url: str) -> Stream:
    """The stream that a URL names. Raises UsageError."""
    match = URL.fullmatch(url)
    if match is None:
        raise UsageError(f"{url}: expected kinesis://STREAM?region=REGION")
    return Stream(match["stream"], match["region"])


def _create(client: Any, name: str, shards: int) -> None:
    """Make a stream unless it is there, and wait until it takes records."""
    try:
        client.create_stream(StreamName=name, ShardCount=shards)
    except client.exceptions.ResourceInUseException:
        return
    client.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def _reason(fault: BotoCoreError | ClientError) -> str:
    """What went wrong, in a user's words where it is common."""
    if isinstance(fault, ClientError):
        error = fault.response.get("Error", {})
        if error.get("Code") == "ResourceNotFoundException":
            return "there is no such stream; --create N makes it"
        return f"{error.get('Code')}: {error.get('Message')}"
    return str(fault)

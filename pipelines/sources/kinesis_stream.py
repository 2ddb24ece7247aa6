"""What Kinesis says of a stream: when it was made, for how long it keeps records, and which shards it has."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic, sleep
from typing import Any

from pipelines.sources.kinesis_client import PATIENCE, Client

AGAIN = 0.1
"""The seconds between two looks at a stream that is being made."""
THERE = {"ACTIVE", "UPDATING"}
"""What a stream is that can be read."""
IN_WORDS = {"CREATING": "is still being made", "DELETING": "is being deleted"}


@dataclass(frozen=True)
class Shard:
    """A shard, those of which it was made that are still there, and whether it gets no more records."""

    id: str
    parents: tuple[str, ...]
    is_closed: bool


@dataclass(frozen=True)
class Stream:
    """A stream, under the name that it has in all the world; another one of its name is made at another time.

    `now` is the time of its server, `kept` for how long it keeps records.
    """

    name: str
    made: datetime
    now: datetime
    kept: timedelta
    shards: dict[str, Shard]

    @property
    def horizon(self) -> datetime:
        """What arrived before that is gone, or goes at any moment."""
        return self.now - self.kept


def described(client: Client, name: str) -> Stream:
    """The stream of a name as it is now. Raises PlaceError, also where it cannot be read yet, or no more."""
    answer = _when_made(client, name)
    said = answer["StreamDescriptionSummary"]
    _, _, _, region, account, _ = said["StreamARN"].split(":", 5)
    return Stream(
        name=f"{account}/{region}/{name}",
        made=said["StreamCreationTimestamp"],
        now=_time_of(answer),
        kept=timedelta(hours=said["RetentionPeriodHours"]),
        shards=_shards(client, name),
    )


def _when_made(client: Client, name: str) -> Any:
    """What is said of a stream once it can be read."""
    deadline = monotonic() + PATIENCE
    while True:
        answer = client.ask("describe_stream_summary", StreamName=name)
        status = answer["StreamDescriptionSummary"]["StreamStatus"]
        if status in THERE:
            return answer
        if status != "CREATING" or monotonic() > deadline:
            raise client.failed(f"the stream {IN_WORDS.get(status, f'is {status}')}")
        sleep(AGAIN)


def _time_of(answer: Any) -> datetime:
    """The time of the server when it answered, a second at most before it."""
    said = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return datetime.now(UTC) if said is None else parsedate_to_datetime(said).astimezone(UTC)


def _shards(client: Client, name: str) -> dict[str, Shard]:
    listed: list[Any] = []
    asked = {"StreamName": name}
    while asked:
        answer = client.ask("list_shards", **asked)
        listed += answer["Shards"]
        asked = {"NextToken": answer["NextToken"]} if answer.get("NextToken") else {}
    there = {shard["ShardId"] for shard in listed}
    return {shard["ShardId"]: _shard(shard, there) for shard in sorted(listed, key=lambda shard: str(shard["ShardId"]))}


def _shard(said: Any, there: set[str]) -> Shard:
    parents = (said.get(name) for name in ("ParentShardId", "AdjacentParentShardId"))
    is_closed = said["SequenceNumberRange"].get("EndingSequenceNumber") is not None
    return Shard(said["ShardId"], tuple(parent for parent in parents if parent in there), is_closed)

"""Batches of Kinesis: records by sequence number, in base64."""

import base64
from collections.abc import Iterator, Mapping
from functools import partial
from typing import IO, Any

from pipelines.door.unpacking import UnreadableError
from pipelines.serverless.records import Record, in_memory, text_of


def records(batch: Mapping[str, Any]) -> Iterator[Record]:
    """The records of a batch; a name has stream, shard and sequence number. Raises UnknownCallError."""
    for one in batch["Records"]:
        name = f"{text_of(one, 'eventSourceARN')} {text_of(one, 'eventID')}"
        yield Record(text_of(one, "kinesis", "sequenceNumber"), name, partial(_data, text_of(one, "kinesis", "data")))


def _data(text: str) -> IO[bytes]:
    try:
        return in_memory(base64.b64decode(text, validate=True))
    except ValueError as fault:
        raise UnreadableError(f"data: expected base64, found something else ({fault})") from fault

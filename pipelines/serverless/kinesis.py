"""Batches of Kinesis: records by sequence number, in base64."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from functools import partial
from typing import IO, Any

from pipelines.serverless.lines import UnreadableError
from pipelines.serverless.records import Record, in_memory


def records(batch: Mapping[str, Any]) -> Iterator[Record]:
    """The records of a batch; a name has stream, shard and sequence number."""
    for one in batch["Records"]:
        given = one["kinesis"]
        yield Record(
            given["sequenceNumber"], f"{one['eventSourceARN']} {one['eventID']}", partial(_data, given["data"])
        )


def _data(text: str) -> IO[bytes]:
    try:
        return in_memory(base64.b64decode(text, validate=True))
    except binascii.Error as fault:
        raise UnreadableError(f"data: expected base64, found something else ({fault})") from fault

"""Batches of Kinesis: records by sequence number, in base64; those put together in one fail and come again together."""

import base64
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pipelines.door.aggregated import within
from pipelines.door.unpacking import UnreadableError
from pipelines.serverless.records import Record, in_memory, text_of, unreadable


def records(batch: Mapping[str, Any]) -> Iterator[Record]:
    """The records of a batch; a name has stream, shard and sequence number. Raises UnknownCallError."""
    for one in batch["Records"]:
        name = f"{text_of(one, 'eventSourceARN')} {text_of(one, 'eventID')}"
        yield from _records(text_of(one, "kinesis", "sequenceNumber"), name, text_of(one, "kinesis", "data"))


def _records(identifier: str, name: str, text: str) -> Iterator[Record]:
    """The record of a text in base64; of those put together in one each, whose name has its place there, too."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as fault:
        told = f"data: expected base64, found something else ({fault})"
        yield unreadable(identifier, name, UnreadableError(told))
        return
    inner = within(data)
    if inner is None:
        yield Record(identifier, name, partial(in_memory, data))
    else:
        yield from (Record(identifier, f"{name}.{place}", partial(in_memory, one)) for place, one in enumerate(inner))

"""Batches of SQS: messages by their ids, each with lines, or with a notice of objects."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pipelines.serverless import notices
from pipelines.serverless.records import Record, in_memory


def records(batch: Mapping[str, Any]) -> Iterator[Record]:
    """The messages of a batch, and the objects that are told of by those that are notices; a name has queue and id."""
    for one in batch["Records"]:
        notice = _notice(one["body"])
        if notice is None:
            body = one["body"].encode("utf-8", "surrogatepass")
            yield Record(one["messageId"], f"{one['eventSourceARN']} {one['messageId']}", partial(in_memory, body))
        else:
            yield from notices.records(notice, one["messageId"])


def _notice(body: str) -> Mapping[str, Any] | None:
    """The notice that a message is, None when it is none: no event has the fields that notices have."""
    if '"Records"' not in body and notices.TEST not in body:
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if notices.is_notice(found) else None

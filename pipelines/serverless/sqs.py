"""Batches of SQS: messages by their ids, each with lines, or with a notice of objects."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pipelines.serverless import notices
from pipelines.serverless.records import Record, UnknownCallError, in_memory, text_of, unreadable


def records(batch: Mapping[str, Any]) -> Iterator[Record]:
    """The messages of a batch, and the objects that are told of by those that are notices; a name has queue and id."""
    for one in batch["Records"]:
        identifier, body = text_of(one, "messageId"), text_of(one, "body")
        name, notice = f"{text_of(one, 'eventSourceARN')} {identifier}", _notice(body)
        if notice is None:
            yield Record(identifier, name, partial(in_memory, body.encode("utf-8", "surrogatepass")))
        else:
            yield from _objects(notice, identifier, name)


def _objects(notice: Mapping[str, Any], identifier: str, name: str) -> list[Record]:
    """The objects of a notice; of one of another shape, which anybody may send, that it cannot be read."""
    try:
        return list(notices.records(notice, identifier))
    except UnknownCallError as fault:
        return [unreadable(identifier, name, fault)]


def _notice(body: str) -> Mapping[str, Any] | None:
    """The notice that a message is, None when it is none: no event has the fields that notices have."""
    if '"Records"' not in body and notices.TEST not in body:
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if notices.is_notice(found) else None

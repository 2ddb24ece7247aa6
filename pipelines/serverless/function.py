"""What a function is called with: a batch of a queue, a notice of objects or an HTTP request; each its own way."""

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pipelines.clock import micros
from pipelines.door.times import latest_at
from pipelines.errors import NewsfeedError
from pipelines.serverless import kinesis, notices, requests, sqs
from pipelines.serverless.inbox import S3, VARIABLE
from pipelines.serverless.records import UnknownCallError, take

QUEUES = {"aws:kinesis": kinesis.records, "aws:sqs": sqs.records}
EXPECTED = "a batch of Kinesis, SQS or S3, or an HTTP request"


class NotTakenError(NewsfeedError):
    """Objects that a notice told of have lines that do not fit, or cannot be read; the message has all of them."""


def handler(event: object, context: object = None) -> dict[str, Any]:
    """Take the events that a function is called with into its inbox, durably; what its caller is to know of it.

    A queue is told which records failed, all others are done with. An HTTP request is answered, see `requests.answer`.
    Raises NotTakenError, InboxError and UnknownCallError, by which a queue or a notice comes again, or goes to who is
    told of failures.
    """
    if not isinstance(event, dict):
        raise UnknownCallError(f"expected {EXPECTED}, found {type(event).__name__}")
    latest = latest_at(micros(None))
    if requests.is_request(event):
        return requests.answer(event, latest)
    if notices.is_notice(event):
        failures = take(notices.records(event), latest)
        if failures:
            raise NotTakenError("; ".join(f"{one.record.name}: {one.told}" for one in failures))
        return {}
    source = _source(event)
    if source not in QUEUES:
        raise UnknownCallError(f"expected {EXPECTED}, found {source or ', '.join(event) or 'nothing'}")
    failed = dict.fromkeys(failure.record.identifier for failure in take(QUEUES[source](event), latest))
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}


def _source(event: Mapping[str, Any]) -> str | None:
    """Which service a batch is of, None when it is no batch."""
    records = event.get("Records")
    first = records[0] if isinstance(records, list) and records else None
    source = first.get("eventSource") if isinstance(first, dict) else None
    return source if isinstance(source, str) else None


def _prepare() -> None:
    """Load the store's client before the first call: Lambda begins a function with a whole processor, unlike calls."""
    if os.environ.get(VARIABLE, "").startswith(S3):
        with suppress(Exception):  # a fault is told by the call that needs it
            from pipelines.serverless.buckets import client

            client()


_prepare()

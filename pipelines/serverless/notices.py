"""Notices of S3: objects that were put, whose lines are events."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import IO, Any
from urllib.parse import unquote_plus

from pipelines.serverless.inbox import S3, VARIABLE, InboxError
from pipelines.serverless.inboxes import open_inbox
from pipelines.serverless.records import Record, UnknownCallError, text_of

SOURCE = "aws:s3"
CREATED = "ObjectCreated:"
TEST = "s3:TestEvent"
"""What S3 sends when it is told whom to send notices."""


def is_notice(found: object) -> bool:
    """Whether something is a notice of S3."""
    if not isinstance(found, dict):
        return False
    told = found.get("Records")
    is_one = isinstance(told, list) and any(isinstance(one, dict) and one.get("eventSource") == SOURCE for one in told)
    return is_one or found.get("Event") == TEST


def records(notice: Mapping[str, Any], identifier: str | None = None) -> Iterator[Record]:
    """The objects that a notice says were put, by the identifier of who brought the notice, or by their names.

    Raises UnknownCallError for a notice of another shape.
    """
    told = notice.get("Records", [])
    if not isinstance(told, list):
        raise UnknownCallError(f"Records: expected a list, found {type(told).__name__}")
    for one in told:
        if text_of(one, "eventName").removeprefix("s3:").startswith(CREATED):
            bucket, key = text_of(one, "s3", "bucket", "name"), unquote_plus(text_of(one, "s3", "object", "key"))
            name, version = f"{S3}{bucket}/{key}", one["s3"]["object"].get("versionId")
            yield Record(identifier or name, name, partial(_opened, bucket, key, version))


def _opened(bucket: str, key: str, version: str | None) -> IO[bytes]:
    """The bytes of an object. Raises InboxError when it is of the inbox itself, which would never end."""
    from pipelines.serverless.buckets import BucketInbox, opened  # batches of queues need no client

    inbox = open_inbox()
    if isinstance(inbox, BucketInbox) and inbox.has(bucket, key):
        raise InboxError(f"{VARIABLE}: expected another place than that of notices, found {S3}{bucket}/{key} in it")
    return opened(bucket, key, version)

"""Which inbox the environment names."""

import os
from pathlib import Path

from pipelines.serverless.inbox import EXPECTED, S3, VARIABLE, FolderInbox, Inbox, InboxError


def open_inbox() -> Inbox:
    """The inbox that the environment names. Raises InboxError when it names none."""
    place = os.environ.get(VARIABLE, "")
    if place.startswith(S3):
        from pipelines.serverless.buckets import BucketInbox  # a folder needs no client

        return BucketInbox.at(place)
    if not place or "://" in place:
        raise InboxError(f"{EXPECTED}, found {place or 'nothing'}")
    return FolderInbox(Path(place))

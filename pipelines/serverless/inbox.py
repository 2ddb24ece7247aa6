"""The inbox of a function: where a batch becomes one object, durable and whole, which a landing takes.

Objects are named by what is in them: a batch that comes again is the same object, and no two batches ever contend.
"""

import os
import shutil
import uuid
from pathlib import Path
from typing import IO, Protocol

from pipelines.errors import NewsfeedError, is_transient, reason

VARIABLE = "NEWSFEED_INBOX"
EXPECTED = f"{VARIABLE}: expected s3://BUCKET/PREFIX or a folder"
S3 = "s3://"


class InboxError(NewsfeedError):
    """The inbox cannot be written; the message says which and why."""

    def __init__(self, message: str, *, transient: bool = False) -> None:
        super().__init__(message)
        self.transient = transient


class Inbox(Protocol):
    """Where objects are put."""

    def put(self, name: str, lines: IO[bytes]) -> None:
        """Put an object, which is durable and whole then; one of this name has this content. Raises InboxError."""


class FolderInbox:
    """An inbox that is a folder, of this machine or mounted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, lines: IO[bytes]) -> None:
        """Put a file of a name that tells what is in it: written under a hidden one, which no landing reads."""
        target = self._folder / name
        try:
            if not target.exists():
                self._write(lines, target)
            _sync(self._folder)
        except OSError as fault:
            raise InboxError(f"cannot write {target}: {reason(fault)}", transient=is_transient(fault)) from fault

    def _write(self, lines: IO[bytes], target: Path) -> None:
        beside = self._folder / f".{target.name}.{uuid.uuid4().hex}.tmp"
        try:
            with beside.open("xb") as file:
                shutil.copyfileobj(lines, file)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(target)
        finally:
            beside.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

"""A batch: lines that fit, which become one object of the inbox."""

import hashlib
import tempfile
from typing import IO, Self

from pipelines.serverless.inboxes import open_inbox

HELD = 8 * 1024 * 1024
"""So many bytes are held in memory, more of them in a file of the machine's."""


class Batch:
    """Lines in the order in which they were added, and how many."""

    def __init__(self) -> None:
        self.lines = 0
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(HELD)  # noqa: SIM115 (closed at the end)
        self._hash = hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, line: bytes) -> None:
        """Take in a line without a newline."""
        self.lines += 1
        for part in (line, b"\n"):
            self._file.write(part)
            self._hash.update(part)

    def put(self) -> str:
        """Put the lines, if there are any, into the inbox; the object's name, made of what is in it.

        Raises InboxError.
        """
        name = f"{self._hash.hexdigest()}.jsonl"
        if self.lines:
            self._file.seek(0)
            open_inbox().put(name, self._file)
        return name

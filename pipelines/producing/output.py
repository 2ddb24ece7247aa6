"""Records as lines on standard output."""

import sys

from pipelines.producing.traffic import Record


class Output:
    """Standard output: a line for each record, whoever's it is."""

    takes_tombstones = False

    def send(self, record: Record, /) -> None:
        """Write a line."""
        sys.stdout.buffer.write((record.value or b"") + b"\n")

    def keep_up(self) -> None:
        """Let who reads have it."""
        sys.stdout.buffer.flush()

    def finish(self, _within: float, /) -> None:
        """Let who reads have all."""
        sys.stdout.buffer.flush()

"""A stream that is a list in this process, for what a landing does with any stream: `memory://NAME`."""

import pyarrow as pa

from pipelines.sources.base import Batch, Move
from pipelines.sources.records import RecordFile

RECORDS: dict[str, list[bytes]] = {}
"""By the names of streams what came to them."""
HELD: dict[str, int] = {}
"""How many of these, the last that came, cannot be read yet, as of a transaction that is open."""
TOGETHER = 10
"""How many records land together at most."""


class Memory:
    def __init__(self, url):
        self.url, self.name = url, url.removeprefix("memory://")

    def read(self, scratch, positions, /):
        before = positions.get(self.url)
        start, came = (before or {"next": 0})["next"], RECORDS[self.name]
        held = HELD.get(self.name, 0)
        values = came[start : min(start + TOGETHER, len(came) - held)]
        with RecordFile(scratch, self.url, 0) as file:
            file.write(values, pa.array([str(start + number) for number in range(len(values))], pa.string()))
            pieces = file.close()
        end = start + len(values)
        behind = len(came) - end
        return Batch(pieces, moves={self.url: Move(before, {"next": end})}, behind=behind, is_all=behind == held)


def opened(url, *, accept_loss):
    return Memory(url)

"""Memory that is used for block after block: fresh memory costs as much time as what is done in it."""

from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from pipelines.machine import Bytes

BEYOND = 64
NEWLINE = 10


@dataclass(frozen=True)
class Buffers:
    """Arrays by name, each as large as it ever had to be; what is made in them lasts until they are used again."""

    held: dict[str, Bytes] = field(default_factory=dict)

    def array(self, name: str, shape: tuple[int, ...], kind: Any) -> Any:
        """The array of a name in a shape, with whatever was left in it."""
        size = prod(shape) * np.dtype(kind).itemsize
        if name not in self.held or self.held[name].size < size:
            self.held[name] = np.empty(size + size // 8, np.uint8)
        return self.held[name][:size].view(kind).reshape(shape)


@dataclass(frozen=True)
class Lines:
    """Lines of so many bytes; behind them compiled code may read a newline, and BEYOND bytes in all."""

    padded: Bytes
    size: int

    @property
    def data(self) -> Bytes:
        """The lines alone."""
        return self.padded[: self.size]


def buffer_for_lines(buffers: Buffers, size: int) -> Lines:
    """Buffers for lines of so many bytes, which are yet to be put there."""
    padded = buffers.array("lines", (size + BEYOND,), np.uint8)
    padded[size:] = NEWLINE
    return Lines(padded, size)


def lines_of(data: bytes | memoryview | Bytes, buffers: Buffers) -> Lines:
    """A copy of lines."""
    source = np.frombuffer(data, np.uint8)
    lines = buffer_for_lines(buffers, source.size)
    lines.data[:] = source
    return lines

"""Plots: seconds of steps as bars, whose places a template draws."""

from collections.abc import Mapping
from typing import NamedTuple

WIDTH, ROW, LABEL, VALUE = 640, 22, 200, 60
"""The width of a plot, the height of a bar with its gap, and the room for names and for numbers."""
SHOWN = 20


class Bar(NamedTuple):
    """A bar: what it is of, its value, its top and its width."""

    name: str
    value: float
    top: int
    width: float


def bars(values: Mapping[str, float]) -> list[Bar]:
    """The largest values as bars, the largest first."""
    largest = sorted(values.items(), key=lambda one: -one[1])[:SHOWN]
    most = max((value for _, value in largest), default=0.0) or 1.0
    room = WIDTH - LABEL - VALUE
    return [Bar(name, value, ROW * at, max(1.0, room * value / most)) for at, (name, value) in enumerate(largest)]

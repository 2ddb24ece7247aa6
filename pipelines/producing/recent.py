"""What happened last, of which newer things are drawn more often."""

from typing import Final, Generic, TypeVar

KEPT: Final = 1 << 16

Thing = TypeVar("Thing")


class Recent(Generic[Thing]):
    """The newest things that were added, so many at most."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._things: list[Thing] = []
        self._oldest = 0

    def add(self, thing: Thing) -> None:
        """Keep a thing, in place of the oldest where there are as many as may be."""
        if len(self._things) < self._most:
            self._things.append(thing)
            return
        self._things[self._oldest] = thing
        self._oldest = (self._oldest + 1) % self._most

    def draw(self, chance: float) -> Thing | None:
        """The thing at a place that a number below 1 says, half of the numbers the newest eighth; None of none."""
        size = len(self._things)
        back = 1 + int(size * chance**3)
        return self._things[(self._oldest - back) % size] if size else None

"""How often one client may ask: a bucket for each that fills steadily, and from which each request takes one."""

from collections import OrderedDict

MOST = 10_000
"""Of how many clients it is known what they asked last; of others nothing is held against them."""


class Rates:
    """The buckets of clients, each of which holds as many requests as come into it in two seconds."""

    def __init__(self, rate: float) -> None:
        self._rate, self._room = rate, 2 * rate
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def takes(self, client: str, now: float) -> bool:
        """Whether a client may ask at a time, which then counts."""
        if not self._rate:
            return True
        left, at = self._buckets.pop(client, (self._room, now))
        left = min(self._room, left + (now - at) * self._rate)
        is_taken = left >= 1
        self._buckets[client] = (left - is_taken, now)
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        return is_taken

"""What requests took, as text that Prometheus reads: how many by route and status, and a histogram of their seconds."""

from bisect import bisect_left
from collections import Counter, defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
REQUESTS, SECONDS = "newsfeed_http_requests_total", "newsfeed_http_request_seconds"


class Measured:
    """The requests since the server began, and those under way."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, int]] = Counter()
        self._buckets: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def count(self, scope: "MutableMapping[str, Any]", status: int, seconds: float) -> None:
        """Count a request that was answered, by the template of its route: of paths there is no end."""
        route = getattr(scope.get("route"), "path", "none")
        self._counts[route, scope["method"] if scope["method"] in METHODS else "other", status] += 1
        self._buckets[route][bisect_left(BOUNDS, seconds)] += 1
        self._seconds[route] += seconds

    def exposition(self) -> str:
        """All of it as text."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> "Iterator[str]":
        yield f"# HELP {REQUESTS} Requests that were answered."
        yield f"# TYPE {REQUESTS} counter"
        for (route, method, status), count in sorted(self._counts.items()):
            yield f'{REQUESTS}{{route="{route}",method="{method}",status="{status}"}} {count}'
        yield f"# HELP {SECONDS} Seconds until a request was answered."
        yield f"# TYPE {SECONDS} histogram"
        for route, buckets in sorted(self._buckets.items()):
            for bound, count in zip((*map(str, BOUNDS), "+Inf"), accumulate(buckets), strict=True):
                yield f'{SECONDS}_bucket{{route="{route}",le="{bound}"}} {count}'
            yield f'{SECONDS}_sum{{route="{route}"}} {self._seconds[route]:.6f}'
            yield f'{SECONDS}_count{{route="{route}"}} {sum(buckets)}'


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

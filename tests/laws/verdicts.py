"""What to tell when two ways from events to views differ: the least history that shows it."""

import json
from collections.abc import Callable
from functools import partial
from itertools import islice

import pytest

from tests.histories import Event, shrink
from tests.laws.worlds import Histories, Views, differing

Way = Callable[[Histories], Views]


def require_same(histories: Histories, way: Way, other: Way, expected: Views | None = None) -> None:
    """Fail when a way and another one do not lead to the same views; `expected` is where the other one leads."""
    expected = other(histories) if expected is None else expected
    assert all(expected.values()), "nothing is compared"
    found = way(histories)
    if found != expected:
        pytest.fail(told(histories, differing(histories, found, expected), way, other), pytrace=False)


def told(histories: Histories, bases: list[int], way: Way, other: Way) -> str:
    """The first history that differs also on its own, with the events that it needs, and the rows that differ."""
    head = f"{len(bases)} of {len(histories)} histories differ, with the bases {bases[:5]} …"
    for base in islice(bases, 5):
        differs = partial(differ, way, other, base)
        if differs(histories[base]):
            least = shrink(histories[base], differs)
            found, expected = way({base: least}), other({base: least})
            return "\n".join([head, *map(json.dumps, least), *differences(found, expected)])
    return f"{head}; none of the first on its own"


def differ(way: Way, other: Way, base: int, events: list[Event]) -> bool:
    """Whether the two differ for one history alone."""
    return way({base: events}) != other({base: events})


def differences(found: Views, expected: Views) -> list[str]:
    """The rows that only one of the two has."""
    return [
        f"{view}: {word} {row}"
        for view in found
        for word, rows, others in (("found", found, expected), ("expected", expected, found))
        for row in rows[view]
        if row not in others[view]
    ]

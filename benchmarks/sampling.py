"""Random draws of which the heavy tails of a social network are made."""

import math
from typing import Final

import numpy as np

from pipelines.producing.drawing import Floats, Ints, pick

HOUR: Final = 3_600_000_000  # microseconds, like every time here
DAY: Final = 24 * HOUR
START: Final = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
END: Final = START + 30 * DAY


def distinct_pairs(rng: np.random.Generator, left: Floats, right: Floats, size: int, given: Ints) -> tuple[Ints, Ints]:
    """Exactly `size` distinct pairs of unequal indices, each side drawn with its weights, in random order.

    Among them are those `given`, each as left index times `len(right)` plus right index.
    """
    keys = given = np.unique(given)
    while len(keys) < size:
        missing = (size - len(keys)) * 11 // 10 + 10
        one, other = pick(rng, left, missing), pick(rng, right, missing)
        drawn = (one * len(right) + other)[one != other]
        keys = np.unique(np.concatenate([keys, drawn]))
    drawn = rng.permutation(np.setdiff1d(keys, given, assume_unique=True))[: size - len(given)]
    keys = rng.permutation(np.concatenate([given, drawn]))
    return keys // len(right), keys % len(right)


def exponent_for(mean: float, popularity: Ints, weights: Floats) -> float:
    """The e for which authors drawn with `weights * (popularity + 1) ** e` have `mean` followers."""
    low, high = -2.0, 4.0
    for _ in range(50):
        middle = (low + high) / 2
        drawn = weights * (popularity + 1.0) ** middle
        below = float(drawn @ popularity / drawn.sum()) < mean
        low, high = (middle, high) if below else (low, middle)
    return low


def most_popular(candidates: Ints, popularity: Ints) -> Ints:
    """Of each row of candidates the one with the greatest popularity."""
    best = popularity[candidates].argmax(axis=1)
    chosen: Ints = np.take_along_axis(candidates, best[:, None], axis=1)[:, 0]
    return chosen


def after(rng: np.random.Generator, times: Ints, hours: float) -> Ints:
    """A time after each, `hours` later in the median with a long tail, and always before the end."""
    lag = rng.lognormal(math.log(hours * HOUR), 1.5, len(times))
    buffers = END - 1 - times
    return times + np.where(lag < buffers, lag, rng.random(len(times)) * buffers).astype(np.int64)


def anytime(rng: np.random.Generator, size: int, first_day: float, last_day: float) -> Ints:
    """Times spread evenly between two days of the month."""
    low, high = START + int(first_day * DAY), START + int(last_day * DAY)
    return rng.integers(low, high, size)

"""Random draws with the heavy tails of a social network."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


def power_law(rng: np.random.Generator, size: int, exponent: float, flat: float) -> Floats:
    """Weights that fall with the rank's power, in random order; the first `flat` ranks are near equal."""
    ranks = np.arange(size, dtype=np.float64) + flat
    return rng.permutation(ranks**-exponent)


def pick(rng: np.random.Generator, weights: Floats, size: int) -> Ints:
    """Indices drawn with these weights, with repetition."""
    edges = np.cumsum(weights)
    drawn: Ints = np.searchsorted(edges, rng.random(size) * edges[-1])
    return drawn

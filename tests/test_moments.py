"""Moments: which ids at which times are among others."""

from random import Random

import pyarrow as pa

from pipelines.moments import among, moments


def of(pairs):
    """Moments of pairs of an id and a time."""
    ids, times = (pa.chunked_array([pa.array([pair[n] for pair in pairs], pa.int64())]) for n in (0, 1))
    return moments(ids, times)


def test_moments_are_found_among_others_by_id_and_time(seed):
    rng = Random(seed)
    for _ in range(200):
        draw = lambda: [(rng.randint(1, 6), rng.choice((0, 1, 2**60))) for _ in range(rng.randint(0, 12))]  # noqa: E731
        some, others = draw(), draw()
        assert among(of(some), of(others)).tolist() == [pair in others for pair in some]


def test_the_greatest_ids_at_the_last_times_are_told_apart():
    some = [(2**63 - 1, 253402300799999999), (2**63 - 1, 0), (2**63 - 2, 253402300799999999)]
    assert among(of(some), of(some[1:])).tolist() == [False, True, True]

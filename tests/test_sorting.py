"""The radix sort puts rows where Python's own does, whatever the numbers and the columns that descend."""

from random import Random

import numpy as np
import pytest

from pipelines.sorting import newest_first, order_by

LIMIT = 2**63
NUMBERS = [0, 1, 5, 2**11, 2**55, 2**61 + 5, 2**62, 2**62 + 1, LIMIT - 2, LIMIT - 1, -1, -(2**60), -LIMIT + 1]


def by_tuples(columns, descending):
    """The rows in the order of their tuples, by Python's own sort."""
    rows = [
        [-value if place in descending else value for place, value in enumerate(row)]
        for row in zip(*map(np.ndarray.tolist, columns), strict=True)
    ]
    return sorted(range(len(rows)), key=rows.__getitem__)


@pytest.mark.parametrize("descending", [(), (0,), (1,), (0, 2), (0, 1, 2)])
def test_rows_come_by_the_first_column_then_by_the_next_and_equal_ones_as_they_were(seed, descending):
    random = Random(f"{seed} {descending}")
    for size in (0, 1, 2, 50, 500):
        few = np.array(random.choices(NUMBERS[:3], k=size), np.int64)
        some, any_of_them = (np.array(random.choices(NUMBERS, k=size), np.int64) for _ in range(2))
        columns = [few, some, any_of_them]
        assert order_by(*columns, descending=descending).tolist() == by_tuples(columns, descending)


def test_ids_that_differ_in_the_highest_bits_alone_come_in_order():
    ids = np.array([2**62, 2**61 + 5, 2**55, 1], np.int64)
    assert order_by(ids).tolist() == [3, 2, 1, 0]
    assert order_by(ids, descending=(0,)).tolist() == [0, 1, 2, 3]


def test_the_newest_rows_come_first_and_of_those_of_one_time_the_greatest_id(seed):
    random = Random(f"{seed} newest")
    for size, times in ((0, 1), (1, 1), (2, 1), (50, 5), (500, 20), (500, 10_000)):
        time, number = (np.array([random.randrange(most) for _ in range(size)], np.int64) for most in (times, LIMIT))
        assert newest_first(time, number).tolist() == by_tuples([time, number], (0, 1))

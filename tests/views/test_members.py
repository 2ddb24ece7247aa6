"""Sets of ids and walks along ids, as compiled code asks them, against Python's own."""

from random import Random

import numpy as np
import pytest

from pipelines.relations.matching import numbers_of, values_of
from pipelines.relations.members import leave_out, members_of

LAST = 2**63 - 1


def ids(values):
    return np.array(values, np.int64)


@pytest.mark.parametrize("size", [0, 1, 7, 1000])
def test_a_set_has_its_members_and_nobody_else(seed, size):
    rng = Random(f"{seed}-{size}")
    some = rng.sample([*range(1, 3000), *range(LAST - 3000, LAST + 1)], size)
    asked, kept = ids([*some, *range(1, 3000), LAST]), np.ones(size + 3000, np.bool_)
    leave_out(members_of(ids(some)), asked, kept)
    assert kept.tolist() == [one not in set(some) for one in asked.tolist()]


def test_walking_finds_how_often_ids_are_named_and_their_values(seed):
    rng = Random(seed)
    known = sorted(rng.sample(range(1, 60), 20))
    named = sorted(rng.choices(range(1, 60), k=100))
    assert numbers_of(ids(known), ids(named)).tolist() == [named.count(one) for one in known]
    values = {one: 100 + one for one in known}
    found = values_of(ids(known), ids(list(values.values())), ids(named))
    assert found.tolist() == [values.get(one, 0) for one in named]
    assert numbers_of(ids([]), ids(named)).tolist() == []
    assert values_of(ids([]), ids([]), ids(named)).tolist() == [0] * len(named)

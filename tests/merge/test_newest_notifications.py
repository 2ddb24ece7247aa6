"""The newest notifications against a model that sorts and cuts lists."""

from itertools import groupby
from random import Random

import numpy as np
import pytest

from pipelines.merge.notification_order import RANKS, Notifications
from pipelines.merge.notifications import BLOCK, newest

MENTIONED, REPLIED = 2, 3


def expected(notifications, hides, cap):
    """What the model tells: (user, position, kind, actor, post, time)."""
    kept = {one for one in notifications if (one[0], one[3]) not in hides}
    kept -= {(user, time, MENTIONED, *rest) for user, time, kind, *rest in kept if kind == REPLIED}
    in_order = sorted(kept, key=lambda one: (one[0], -one[1], one[2], one[3], -one[4]))
    return [
        (user, position, kind, actor, post, time)
        for _, rows in groupby(in_order, key=lambda one: one[0])
        for position, (user, time, kind, actor, post) in enumerate(rows, start=1)
        if position <= cap
    ]


def found(notifications, hides, cap):
    """The same by the compiled code."""
    user, time, kind, actor, post = np.array(notifications, np.int64).reshape(-1, 5).T
    pairs = np.array(sorted(hides), np.int64).reshape(-1, 2).T
    columns = Notifications(*map(np.ascontiguousarray, (user, kind - RANKS * time, actor, post)))
    rows = newest(columns, tuple(map(np.ascontiguousarray, pairs)), REPLIED, cap)
    return list(zip(*(column.tolist() for column in rows), strict=True))


@pytest.mark.parametrize(("size", "users"), [(0, 1), (1, 1), (400, 9), (2 * BLOCK + 500, 3), (2 * BLOCK + 500, 5000)])
@pytest.mark.parametrize("cap", [1, 7, 10_000])
def test_each_user_is_told_the_newest_once_and_none_by_the_hidden(seed, size, users, cap):
    rng = Random(f"{seed}-{size}-{users}")

    def one():
        return rng.randint(1, users), rng.randint(1, 30), rng.randint(0, 4), rng.randint(1, 5), rng.randint(0, 3)

    notifications = [one() for _ in range(size)]
    hides = {(rng.randint(1, users + 2), rng.randint(1, 6)) for _ in range(users // 2)}
    assert found(notifications, hides, cap) == expected(notifications, hides, cap)

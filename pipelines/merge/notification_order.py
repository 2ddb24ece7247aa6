"""The notifications as columns, and their order: by user, the newest first."""

from typing import NamedTuple

import numpy as np

from pipelines.arrays import Bools
from pipelines.compiled import compiled
from pipelines.merge.lookup import Ids
from pipelines.sorting import Order, order_by

RANKS = 8
"""How many ranks there are for each microsecond: no fewer than kinds."""

FIRST_BITS = 22
"""How many bits of the ranks tell most notifications of a user apart: seconds, in a network of a year."""


class Notifications(NamedTuple):
    """What others did to users, column by column; a rank is the kind less RANKS times the time in microseconds."""

    users: Ids
    ranks: Ids
    actors: Ids
    posts: Ids


def in_order(notifications: Notifications) -> Order:
    """The order of the rows by user, rank, actor and post descending.

    They are sorted by user and the first bits of the rank; only rows that are equal in both are sorted again by all.
    """
    about = _about(notifications.ranks)
    order, equal = order_by(notifications.users, about), np.zeros(len(about), np.bool_)
    _mark_equal(notifications.users, about, order, equal)
    rows = order[equal]
    order[equal] = rows[order_by(*(column[rows] for column in notifications), descending=(3,))]
    return order


def _about(ranks: Ids) -> Ids:
    """The first bits of the ranks, counted from the least one."""
    low, high = (int(ranks.min()), int(ranks.max())) if len(ranks) else (0, 0)
    found: Ids = (ranks - low) >> max(0, (high - low).bit_length() - FIRST_BITS)
    return found


@compiled
def _mark_equal(users: Ids, about: Ids, order: Order, equal: Bools) -> None:
    """Mark the places of rows that are equal in user and first bits."""
    for place in range(1, len(order)):
        row, before = order[place], order[place - 1]
        if about[row] == about[before] and users[row] == users[before]:
            equal[place - 1] = equal[place] = True

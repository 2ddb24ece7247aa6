"""Notices, and their order: by user, the newest first."""

from typing import NamedTuple

import numpy as np

from pipelines.arrays import Bools
from pipelines.compiled import compiled
from pipelines.merge.lookup import Ids
from pipelines.sorting import Order, order_by

RANKS = 8
"""How many ranks there are for each microsecond: no fewer than kinds."""

FIRST_BITS = 22
"""How many bits of the ranks tell most notices of a user apart: seconds, in a network of a year."""


class Notices(NamedTuple):
    """What others did to users, column by column; a rank is the kind less RANKS times the time in microseconds."""

    users: Ids
    ranks: Ids
    actors: Ids
    posts: Ids


def in_order(notices: Notices) -> Order:
    """The rows by user, rank, actor and falling post: first by user and about when, then those of about the same time.

    Each pass of the sort costs; by far most rows need no more.
    """
    about = _about(notices.ranks)
    order, equal = order_by(notices.users, about), np.zeros(len(about), np.bool_)
    _mark_equal(notices.users, about, order, equal)
    rows = order[equal]
    order[equal] = rows[order_by(*(column[rows] for column in notices), descending=(3,))]
    return order


def _about(ranks: Ids) -> Ids:
    """The first bits of the ranks, which order them but for those that are close together."""
    low, high = (int(ranks.min()), int(ranks.max())) if len(ranks) else (0, 0)
    found: Ids = (ranks - low) >> max(0, (high - low).bit_length() - FIRST_BITS)
    return found


@compiled
def _mark_equal(users: Ids, about: Ids, order: Order, equal: Bools) -> None:
    """Mark the places of rows of one user at about the same time."""
    for place in range(1, len(order)):
        row, before = order[place], order[place - 1]
        if about[row] == about[before] and users[row] == users[before]:
            equal[place - 1] = equal[place] = True

"""The newest notifications of each user: sorted, then filtered, cut at the cap and numbered in one pass."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipelines.arrays import empty
from pipelines.compiled import compiled, inlined
from pipelines.merge.ascending import is_in, run_of
from pipelines.merge.lookup import Ids
from pipelines.merge.notification_order import RANKS, Notifications, in_order
from pipelines.sorting import Order

BLOCK = 8 * 1024
"""How many rows are fetched at once: few enough that they are still in the cache when they are used."""

Block = npt.NDArray[np.int64]
Key = tuple[int, int, int, int]


class Newest(NamedTuple):
    """The rows of the view, column by column, in its order."""

    users: Ids
    positions: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.int8]
    actors: Ids
    posts: Ids
    times: Ids


def newest(notifications: Notifications, hides: tuple[Ids, Ids], answer: int, cap: int) -> Newest:
    """The first `cap` of each user, by rank, actor and falling post: each once, and none by whom the user hides.

    Hides (user, hidden) ascend. A mention (the kind before `answer`) is left out where the post also is an `answer`.
    """
    order = in_order(notifications)
    users, actors, posts, times = (empty(len(order), np.int64) for _ in range(4))
    rows = Newest(users, empty(len(order), np.int32), empty(len(order), np.int8), actors, posts, times)
    count = _write_newest(notifications, order, *hides, answer, cap, np.empty((4, BLOCK), np.int64), rows)
    positions, kinds = rows.positions[:count], rows.kinds[:count]
    return Newest(users[:count], positions, kinds, actors[:count], posts[:count], times[:count])


@compiled
def _write_newest(
    notifications: Notifications,
    order: Order,
    hiding: Ids,
    hidden: Ids,
    answer: int,
    cap: int,
    block: Block,
    rows: Newest,
) -> int:
    """Write the newest notifications of each user, given in order; how many rows there are."""
    count, position, first, last, before = 0, 0, 0, 0, (0, 0, 0, 0)
    for place in range(len(order)):
        at = place % BLOCK
        if at == 0:
            _fetch_keys(notifications, order[place : place + BLOCK], block)
        key = block[0, at], block[1, at], block[2, at], block[3, at]
        user, rank, actor, post = key
        if user != before[0]:
            position, (first, last) = 0, run_of(hiding, last, user)
        again, before = key == before, key
        if position == cap or again or is_in(hidden, first, last, actor):
            continue
        kind = rank & (RANKS - 1)
        if kind == answer - 1 and _contains(notifications, order[place:], (user, rank + 1, actor, post)):
            continue
        position += 1
        rows.users[count], rows.positions[count], rows.kinds[count] = user, position, kind
        rows.actors[count], rows.posts[count], rows.times[count] = actor, -post, -(rank // RANKS)
        count += 1
    return count


@inlined
def _fetch_keys(notifications: Notifications, order: Order, block: Block) -> None:
    """Fetch the keys of a block of rows, column by column: many reads of memory at once overlap."""
    for place in range(len(order)):
        block[0, place] = notifications.users[order[place]]
    for place in range(len(order)):
        block[1, place] = notifications.ranks[order[place]]
    for place in range(len(order)):
        block[2, place] = notifications.actors[order[place]]
    for place in range(len(order)):
        block[3, place] = -notifications.posts[order[place]]


@inlined
def _key(notifications: Notifications, row: int) -> Key:
    """What the rows are sorted by."""
    return notifications.users[row], notifications.ranks[row], notifications.actors[row], -notifications.posts[row]


@inlined
def _contains(notifications: Notifications, order: Order, key: Key) -> bool:
    """Whether a key is among the sorted rows."""
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        if _key(notifications, order[middle]) < key:
            low = middle + 1
        else:
            high = middle
    return low < len(order) and _key(notifications, order[low]) == key

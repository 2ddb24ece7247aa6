"""The newest notices of each user: all are sorted, then one pass leaves out, cuts and numbers."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipelines.arrays import empty
from pipelines.compiled import compiled, inlined
from pipelines.merge.ascending import is_in, run_of
from pipelines.merge.lookup import Ids
from pipelines.merge.recency import RANKS, Notices, in_order
from pipelines.sorting import Order

BLOCK = 8 * 1024
"""How many rows are looked up before they are told: few enough that they are still in the cache."""

Block = npt.NDArray[np.int64]
Key = tuple[int, int, int, int]


class Told(NamedTuple):
    """What is told, in order, and its positions."""

    users: Ids
    positions: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.int8]
    actors: Ids
    posts: Ids
    times: Ids


def newest(notices: Notices, hides: tuple[Ids, Ids], answer: int, cap: int) -> Told:
    """The first `cap` of each user, by rank, actor and falling post: each once, and none by whom the user hides.

    Hides (user, hidden) ascend. What is of the kind before `answer` is not told where it also is of the kind `answer`.
    """
    order = in_order(notices)
    users, actors, posts, times = (empty(len(order), np.int64) for _ in range(4))
    told = Told(users, empty(len(order), np.int32), empty(len(order), np.int8), actors, posts, times)
    count = _tell(notices, order, *hides, answer, cap, np.empty((4, BLOCK), np.int64), told)
    positions, kinds = told.positions[:count], told.kinds[:count]
    return Told(users[:count], positions, kinds, actors[:count], posts[:count], times[:count])


@compiled
def _tell(
    notices: Notices, order: Order, hiding: Ids, hidden: Ids, answer: int, cap: int, block: Block, told: Told
) -> int:
    """Write what is told of notices that are in order, and say how much."""
    count, position, first, last, before = 0, 0, 0, 0, (0, 0, 0, 0)
    for place in range(len(order)):
        at = place % BLOCK
        if at == 0:
            _gather(notices, order[place : place + BLOCK], block)
        key = block[0, at], block[1, at], block[2, at], block[3, at]
        user, rank, actor, post = key
        if user != before[0]:
            position, (first, last) = 0, run_of(hiding, last, user)
        again, before = key == before, key
        if position == cap or again or is_in(hidden, first, last, actor):
            continue
        kind = rank & (RANKS - 1)
        if kind == answer - 1 and _is_there(notices, order[place:], (user, rank + 1, actor, post)):
            continue
        position += 1
        told.users[count], told.positions[count], told.kinds[count] = user, position, kind
        told.actors[count], told.posts[count], told.times[count] = actor, -post, -(rank // RANKS)
        count += 1
    return count


@inlined
def _gather(notices: Notices, order: Order, block: Block) -> None:
    """Write the keys of rows, column by column: so many looks into memory at once take less time than one by one."""
    for place in range(len(order)):
        block[0, place] = notices.users[order[place]]
    for place in range(len(order)):
        block[1, place] = notices.ranks[order[place]]
    for place in range(len(order)):
        block[2, place] = notices.actors[order[place]]
    for place in range(len(order)):
        block[3, place] = -notices.posts[order[place]]


@inlined
def _key(notices: Notices, row: int) -> Key:
    """What rows are in order of."""
    return notices.users[row], notices.ranks[row], notices.actors[row], -notices.posts[row]


@inlined
def _is_there(notices: Notices, order: Order, key: Key) -> bool:
    """Whether a key is among the rows, which are in order."""
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        if _key(notices, order[middle]) < key:
            low = middle + 1
        else:
            high = middle
    return low < len(order) and _key(notices, order[low]) == key

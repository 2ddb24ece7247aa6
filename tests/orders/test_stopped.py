"""A command that is stopped (SIGSTOP) anywhere and woken later publishes nothing stale, and all that it needs is there.

By default some points are tried, drawn by `SEED`; `ORDERS=500 pytest tests/orders` tries all.
"""

from tests.orders.commands import play
from tests.orders.history import require_sound
from tests.orders.points import CASES


def last_one_first(going):
    """Draw the first of the commands to begin, then the others, each to its end, before it goes on."""
    first, *others = going
    return others[0] if others and first.has_begun else first


def test_stopped_anywhere_and_woken_later_it_publishes_nothing_stale(
    worn, undisturbed, sources, copy, engine, of, some
):
    for what, point in some(CASES):
        lake = copy(worn)
        others = [of("land", which=1), of("run"), of("maintain"), of("maintain")]
        play(lake, [of(what, [point]), *others], last_one_first)
        require_sound(lake, engine, sources, undisturbed)

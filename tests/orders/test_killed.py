"""A command that is killed (`kill -9`) anywhere leaves no lock: the same one, at once, ends as if it were the first.

By default some points are tried, drawn by `SEED`; `ORDERS=500 pytest tests/orders` tries all.
"""

from pathlib import Path

from tests.orders.commands import play
from tests.orders.history import require_sound
from tests.orders.points import CASES


def test_killed_anywhere_the_same_command_at_once_does_it_all(worn, undisturbed, sources, copy, engine, of, some):
    for what, point in some(CASES):
        lake, killed, again = copy(worn), of(what, [point]), of(what)
        killed.go_on(lake)
        killed.kill()
        play(lake, [again], lambda going: going[0])
        assert "error" not in again.result, (what, point, again.result)
        assert list(Path(lake.root, "_scratch").iterdir()) == []
        require_sound(lake, engine, sources, undisturbed)

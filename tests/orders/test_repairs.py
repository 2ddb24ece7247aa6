"""A repair that is stopped anywhere while another does it all, or killed and repeated, does no harm.

By default one point is tried, drawn by `SEED`; `ORDERS=500 pytest tests/orders` tries all.
"""

import os
from pathlib import Path

from pipelines.storage import trimming
from tests.orders.commands import play
from tests.orders.history import require_sound
from tests.orders.test_stopped import last_one_first

POINTS = [(step, number, when) for step in ("rename", "aside") for number in (1, 2, 3) for when in ("before", "after")]


def damaged(lake):
    """A lake of which a table's newest commit is empty, and another's checkpoint; the first one's commit."""
    log = Path(lake.relation("users"), "_delta_log")
    commit = max(log.glob("*.json"))
    os.truncate(commit, 30)
    version = len(list(Path(lake.view("posts"), "_delta_log").glob("*.json"))) - 1
    trimming.write_checkpoint(lake.view("posts"), version)
    os.truncate(Path(lake.view("posts"), "_delta_log", f"{version:020}.checkpoint.parquet"), 0)
    return commit


def test_a_repair_that_goes_on_after_another_did_it_changes_nothing(worn, undisturbed, sources, copy, engine, of, some):
    for point in some(POINTS):
        lake = copy(worn)
        commit = damaged(lake)
        begun = commit.read_bytes()
        others = [of("repair"), of("run")]
        play(lake, [of("repair", [point]), *others], last_one_first)
        assert commit.with_suffix(".json.damaged").read_bytes() == begun, point
        require_sound(lake, engine, sources, undisturbed)


def test_a_repair_that_is_killed_is_done_by_the_next_one(worn, undisturbed, sources, copy, engine, of, some):
    for point in some(POINTS):
        lake, killed = copy(worn), of("repair", [point])
        damaged(lake)
        killed.go_on(lake)
        killed.kill()
        play(lake, [of("repair"), of("run")], lambda going: going[0])
        require_sound(lake, engine, sources, undisturbed)

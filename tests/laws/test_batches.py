"""Law 3 in full: runs in between, under whatever policies, end with every table as one rebuild makes it.

By default a half of what they may begin with is tried, `SEED` says which; `ORDERS=500 pytest tests/laws` tries all.
"""

from itertools import chain
from random import Random

import pytest

from pipelines.releases.release import release
from pipelines.runs.run import run
from tests.conftest import SEED
from tests.laws.worlds import MANY, in_small_files, land_events, together
from tests.orders.conftest import ORDERS

POLICIES: tuple[dict[str, object], ...] = (
    {"cap": 3},
    {"replies": "all"},
    {"replies": "none"},
    {"own_posts": False},
    {"cap": 200},
    {},
)
HALVES = (0, 1, 2), (3, 4, 5)
"""Numbers of what histories begin with: the first of each half lets newsfeeds be made anew, the others no view."""
BEGUN = HALVES[SEED % 2] if ORDERS == 1 else [*chain(*HALVES)]
MOST = 10
SHAPES = ((100, 1 << 30), (300, 1 << 21))
"""About how many rows a data file has, and how many bytes a run may take, and so how many buckets tables have: 1, 8."""


def contents(lake):
    """How many rows each relation and view of the last release has, and their hash."""
    return {name: (table.rows, table.content_hash) for name, table in release(lake).tables.items()}


def batches(events, rng):
    """The events in any order, cut anywhere into up to MOST batches."""
    shuffled = rng.sample(events, len(events))
    cuts = sorted(rng.sample(range(1, len(events)), rng.randint(1, MOST - 1)))
    return [shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(events)], strict=True)]


@pytest.mark.parametrize("number", BEGUN)
def test_batches_end_with_what_a_rebuild_makes(engine, new_lake, histories, seed, number, monkeypatch):
    rng, lake = Random(1000 * seed + number), new_lake()
    policy, (rows, memory) = POLICIES[number % len(POLICIES)], rng.choice(SHAPES)
    in_small_files(monkeypatch, rows, most=number % 3 * MANY)  # where it is more than 0, no view is made anew
    for batch in batches(together(histories), rng):
        land_events(lake, engine, batch)
        run(lake, engine, policy=policy, memory=memory)
        policy = rng.choice([*POLICIES, *[{}] * 12])  # mostly as it was
    found = contents(lake)
    run(lake, engine, rebuild=True, memory=memory)
    assert {name for name, content in contents(lake).items() if content != found[name]} == set()

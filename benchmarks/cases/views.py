"""All views but the newsfeed together, from the log and the relations to committed tables, against DuckDB."""

from functools import partial

from benchmarks import ours, peers
from benchmarks.ground import Ground
from benchmarks.report import Found
from benchmarks.timing import by_turns
from pipelines.views import VIEWS

OTHERS = tuple(view for view in VIEWS if view != "newsfeed")


def measure(ground: Ground) -> Found:
    """The seconds of each view and of all, without the start of a side; all rows compared. Raises Unequal."""
    root, out = ground.released(), ground.related()
    sides = {
        "ours": partial(ours.again, root, OTHERS),
        "duckdb": partial(peers.duckdb_views, out, ground.cap, OTHERS),
    }
    runs = by_turns(sides, ground.repeat)
    ground.require_same_rows(OTHERS)
    return Found(runs)

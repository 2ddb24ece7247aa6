"""The whole pipeline from JSON lines to a release with all views, against DuckDB."""

from benchmarks.ground import Ground
from benchmarks.report import Found
from benchmarks.timing import by_turns
from pipelines.views import VIEWS


def measure(ground: Ground) -> Found:
    """The steps of both sides, both with their start, and the rows of all views compared."""
    runs = by_turns({"ours": ground.publish, "duckdb": ground.publish_peer}, ground.repeat)
    ground.require_same_rows(VIEWS)
    return Found(runs)

"""The newsfeed from relations to a committed table, against DuckDB, Polars, Spark and the copy of its rows."""

import shutil
from functools import partial

from benchmarks import copy_floor, ours, peers
from benchmarks.ground import Ground
from benchmarks.report import Found
from benchmarks.timing import by_turns

VIEW = "newsfeed"


def measure(ground: Ground) -> Found:
    """The seconds of each side without its start, of the fastest copy alone; all rows compared. Raises Unequal.

    Ours on Spark is compared by the content hash. Polars and Spark are left out where they fail: they need more memory.
    """
    root, out = ground.released(), ground.related()
    sides = {
        "ours": partial(ours.newsfeed_again, root),
        "duckdb": partial(peers.duckdb_newsfeed, out, ground.cap),
        "polars": partial(peers.polars_newsfeed, out, ground.cap),
    }
    others = {"polars": out / "newsfeed-polars.parquet"}
    if shutil.which("java"):
        sides["spark"] = partial(peers.spark_newsfeed, out, ground.cap)
        sides["ours on spark"] = partial(ours.newsfeed_again, root, "--engine", "spark")
        others["spark"] = out / "newsfeed-spark"
    copies = copy_floor.sides(partial(ground.files, VIEW), VIEW)
    runs = by_turns(sides | copies, ground.repeat, others)
    ground.require_same_rows([VIEW])
    for name, place in others.items():
        if name in runs:
            ground.require_same(VIEW, name, place)
    return Found(copy_floor.only_fastest(runs, VIEW))

"""Makes some tables of the last release once more: `python -m benchmarks.again ROOT views/newsfeed`.

A release without them is recorded first, so that a run makes, checks and commits just them. Prints the seconds of
each step as JSON.
"""

import argparse
import json
from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from time import perf_counter

from pipelines.engines import open_engine
from pipelines.projections import Projection, no_audits, no_checks
from pipelines.runner import materialize, releases
from pipelines.runner.records import record
from pipelines.runner.runs import run
from pipelines.storage import delta
from pipelines.storage.lake import Lake
from pipelines.views import VIEWS


def without(lake: Lake, tables: Iterable[str]) -> None:
    """Records a release like the last one that has none of these tables."""
    last, handle = releases.release(lake), delta.find(lake.releases)
    if handle is None or not set(tables) <= set(last.tables):
        raise SystemExit(f"{lake.root}: expected {', '.join(tables)}, found {', '.join(last.tables)}")
    kept = {name: table for name, table in last.tables.items() if name not in tables}
    record(lake, handle, replace(last, number=last.number + 1, tables=kept))


def unaudited() -> None:
    """Takes all checks from what this process will make: only to measure what they cost."""
    materialize.standard_checks = lambda _: ()
    for name in VIEWS:
        module = import_module(f"pipelines.views.{name}")
        none = {"counts": {}} if isinstance(module.VIEW, Projection) else {"audits": no_audits}
        module.VIEW = replace(module.VIEW, checks=no_checks, **none)


def main() -> None:
    """The seconds of starting the engine, of each step, and of all steps together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root")
    parser.add_argument("tables", nargs="+")
    parser.add_argument("--engine", default="sail")
    parser.add_argument("--unaudited", action="store_true")
    arguments = parser.parse_args()
    if arguments.unaudited:
        unaudited()
    lake = Lake.at(arguments.root)
    without(lake, arguments.tables)
    with open_engine(arguments.engine) as engine:
        start = perf_counter()
        engine.session.range(1).count()
        started = perf_counter()
        done = run(lake, engine)
        total = perf_counter() - started
    if not done.published:
        raise SystemExit(f"{lake.root}: nothing was published: {done.reason}")
    print(json.dumps({"start": started - start, **done.seconds, "total": total}))


if __name__ == "__main__":
    main()

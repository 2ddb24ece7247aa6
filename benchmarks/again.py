"""Makes some tables of the last release once more: `python -m benchmarks.again ROOT views/newsfeed`.

A release without them is recorded first and their files are removed, so that a run makes, checks and commits just
them; it must make the same rows. Prints the seconds of each step as JSON.
"""

import argparse
import json
from collections.abc import Iterable
from dataclasses import replace
from time import perf_counter

import pyarrow as pa

from pipelines.engines import open_engine
from pipelines.hashing import content_hash
from pipelines.projections import BucketProjection, no_audits
from pipelines.releases.records import record
from pipelines.releases.release import Release, release
from pipelines.runs import materialize
from pipelines.runs.publishing import place_of
from pipelines.runs.run import run
from pipelines.storage import delta, places
from pipelines.storage.lake import Lake
from pipelines.views import newsfeed


def without(lake: Lake, last: Release, tables: Iterable[str]) -> None:
    """Records a release like the last one that has none of these tables, and removes their files."""
    handle = delta.find(lake.releases)
    if handle is None or not set(tables) <= set(last.tables):
        raise SystemExit(f"{lake.root}: expected {', '.join(tables)}, found {', '.join(last.tables)}")
    kept = {name: table for name, table in last.tables.items() if name not in tables}
    record(lake, handle, replace(last, number=last.number + 1, tables=kept))
    for name in tables:
        place = place_of(lake, name)
        table = delta.find(place, last.tables[name].version)
        for file in [] if table is None else delta.uris(place, table):
            places.remove(file)


def unaudited() -> None:
    """Takes all checks from the newsfeed that this process will make: only to measure what they cost."""
    vars(materialize)["checks_of"] = lambda *_: ()
    if isinstance(newsfeed.VIEW, BucketProjection):
        newsfeed.VIEW = replace(newsfeed.VIEW, audits=no_audits)


def begin(_: int) -> None:
    """The first task of a thread or a worker: imports what runs compiled code."""
    content_hash(pa.record_batch({"one": [1]}))


def main() -> None:
    """The seconds of the start (the engine, and importing what compiled code needs), of each step, and of all steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root")
    parser.add_argument("tables", nargs="+")
    parser.add_argument("--engine", default="sail")
    parser.add_argument("--unaudited", action="store_true")
    arguments = parser.parse_args()
    if arguments.unaudited:
        unaudited()
    lake = Lake.at(arguments.root)
    last = release(lake)
    without(lake, last, arguments.tables)
    with open_engine(arguments.engine) as engine:
        start = perf_counter()
        engine.run(begin, range(engine.slots))
        started = perf_counter()
        done = run(lake, engine)
        total = perf_counter() - started
    for name in arguments.tables:
        if done.release.tables[name].content_hash != last.tables[name].content_hash:
            raise SystemExit(f"{lake.root}: {name} has other rows than before")
    print(json.dumps({"start": started - start, **done.seconds, "total": total}))


if __name__ == "__main__":
    main()

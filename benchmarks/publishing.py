"""What it takes to publish to stores: `python -m benchmarks.publishing S lmdb:/tmp/served.lmdb redis://127.0.0.1:6379/0`.

A lake has a release of all events but the last 1 %, and one of all. To each store the first is published, whole, and
then what changed; and a page of 20 entries with names and texts is read, of random readers, in this process.
"""

import argparse
import json
import random
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from benchmarks import ours
from benchmarks.cases.batches import lines_of, written
from benchmarks.ground import Ground
from benchmarks.readers import milliseconds
from benchmarks.scales import SCALES
from pipelines.reading.reader import Reader, people, posts
from pipelines.releases.release import release
from pipelines.storage.lake import Lake
from pipelines.stores.base import Snapshot, Store
from pipelines.stores.opening import store_of

SHARE: Final = 0.01
FIRST: Final = 20
READERS: Final = 2000


def released(ground: Ground, *, reuse: bool) -> Path:
    """The root of a lake with the two releases; made now unless one is used again."""
    folder = ground.work / "publishing"
    root = folder / "lake"
    if not (reuse and root.exists()):
        lines = list(lines_of(ground.lines))
        size = round(len(lines) * SHARE)
        ours.land(written(folder / "before.jsonl", lines[:-size]), root)
        ours.newsfeed("run", "--root", root, "--cap", ground.cap)
        ours.newsfeed("land", written(folder / "batch.jsonl", lines[-size:]), "--root", root)
        ours.newsfeed("run", "--root", root)
    return root


def published(root: Path, store: str, number: int) -> dict[str, Any]:
    """What a command took to publish a release: seconds, the most memory, rows of all views."""
    done = ours.newsfeed("publish", store, "--release", number, "--root", root, "--json")
    (said,) = json.loads(done.output)
    rows = sum(view["rows"] for view in said["views"].values())
    return {
        "whole": said["whole"],
        "command seconds": done.seconds,
        "core-seconds": done.processor,
        "seconds": said["seconds"],
        "MB": done.peak_bytes / 1e6,
        "rows": rows,
        "of": sum(view["of"] for view in said["views"].values()),
    }


def page(snapshot: Snapshot, reader: int) -> list[dict[str, Any]]:
    """The first entries of a newsfeed with names and texts."""
    entries = snapshot.page("newsfeed", reader, FIRST)
    known = people(snapshot, {entry[role] for entry in entries for role in ("author_id", "reposter_id")} - {None})
    texts = posts(snapshot, {entry["post_id"] for entry in entries})
    return [
        {**entry, "author": known.get(entry["author_id"]), "text": texts.get(entry["post_id"])} for entry in entries
    ]


def pages(store: Store, readers: list[int]) -> dict[str, float]:
    """The milliseconds of a page, of stores that have all that is on it."""
    if not {"newsfeed", "profile", "posts"} <= set(store.views):
        return {}

    def read(reader: int) -> None:
        with store.reading() as snapshot:
            page(snapshot, reader)

    return milliseconds(read, readers)


def main() -> None:
    """Publishes to each store that is named, and prints what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scale", choices=SCALES)
    parser.add_argument("stores", nargs="+")
    parser.add_argument("--cap", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reuse", action="store_true", help="take the lake of an earlier command")
    arguments = parser.parse_args()
    start = perf_counter()
    root = released(Ground(arguments.scale, arguments.seed, arguments.cap), reuse=arguments.reuse)
    print(f"{root}: {release(Lake.at(str(root))).events:,} events, made in {perf_counter() - start:.0f} s")
    lake = Lake.at(str(root))
    for url in arguments.stores:
        for number in (1, 2):
            told(url, published(root, url, number))
        store = store_of(url)
        if "newsfeed" in store.views:
            readers = drawn(lake, arguments.seed)
            told(url, pages(store, readers))
        store.close()


def drawn(lake: Lake, seed: int) -> list[int]:
    """Random readers of newsfeeds."""
    rows = Reader.of(lake).rows("SELECT DISTINCT reader_id AS id FROM newsfeed ORDER BY id", "newsfeed")
    return random.Random(seed).choices([row["id"] for row in rows], k=READERS)


def told(url: str, found: dict[str, Any]) -> None:
    """Print what was measured."""
    if found:
        values = {name: round(value, 3) if isinstance(value, float) else value for name, value in found.items()}
        print(url, *(f"{name} {value}" for name, value in values.items()), sep="  ")


if __name__ == "__main__":
    main()

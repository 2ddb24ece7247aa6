"""How long one reader's newsfeed takes in a warm process, of random readers: `python -m benchmarks.readers ROOT`.

Prints the milliseconds as JSON, and one of the readers for a command.
"""

import argparse
import json
import random
import statistics
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from pipelines.reading.reader import Reader, newsfeed
from pipelines.storage.lake import Lake

FIRST: Final = 20
WARMING: Final = 10


def milliseconds(read: Callable[[int], Any], readers: list[int]) -> dict[str, float]:
    """The median and the slowest in a hundred, after some that do not count."""
    taken = []
    for reader in readers:
        start = perf_counter()
        read(reader)
        taken.append((perf_counter() - start) * 1000)
    counted = taken[WARMING:]
    return {"p50": statistics.median(counted), "p99": statistics.quantiles(counted, n=100, method="inclusive")[98]}


def ids(reader: Reader, user: int) -> list[dict[str, Any]]:
    """The first entries of a user's newsfeed, without names and texts."""
    return reader.of_ids("newsfeed", "reader_id", [user])[:FIRST]


def main() -> None:
    """Reads the newsfeeds of as many random users as asked for, twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--readers", type=int, default=300)
    arguments = parser.parse_args()
    reader = Reader.of(Lake.at(str(arguments.root)))
    users = [row["user_id"] for row in reader.rows("SELECT user_id FROM profile ORDER BY user_id", "profile")]
    drawn = random.Random(arguments.seed).choices(users, k=arguments.readers + WARMING)
    ways = {
        "ids": lambda user: ids(reader, user),
        "names and texts": lambda user: newsfeed(reader, user, FIRST),
    }
    found = {name: milliseconds(read, drawn) for name, read in ways.items()}
    flat = {f"{FIRST} entries, {name}, {part}": value for name, both in found.items() for part, value in both.items()}
    print(json.dumps({"reader": drawn[-1], **flat}))


if __name__ == "__main__":
    main()

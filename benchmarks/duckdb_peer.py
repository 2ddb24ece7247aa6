"""The same work in DuckDB SQL by its best plain way: `python -m benchmarks.duckdb_peer LINES OUT`."""

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from time import perf_counter
from typing import Final

import duckdb

SQL: Final = Path(__file__).parent / "sql"
RELATIONS: Final = ("inactive", "users", "follows", "hides", "standing_posts", "reposts", "likes")
VIEWS: Final = (
    "newsfeed",
    "user_timeline",
    "profile",
    "followers",
    "followees",
    "posts",
    "post_stats",
    "notifications",
    "user_directory",
    "daily_activity",
)


@dataclass(frozen=True)
class Policy:
    """What a newsfeed has, as in a release."""

    cap: int = 800
    replies: str = "followed"
    own_posts: bool = True

    def words(self) -> dict[str, str]:
        """The policy as it stands in SQL."""
        return {"cap": str(self.cap), "replies": self.replies, "own_posts": str(self.own_posts).lower()}


def work(lines: Path, out: Path, policy: Policy) -> dict[str, float]:
    """Lands and deduplicates the lines, folds them and writes every view; the seconds of each step."""
    seconds: dict[str, float] = {}
    with connected(out) as connection:
        seconds["land"] = step(connection, "landed", out, {"lines": f"{lines}/*.jsonl"})
        seconds["deduplicate"] = step(connection, "events", out, {"landed": str(out / "landed.parquet")})
        seconds["fold"] = sum(step(connection, name, out, {}) for name in RELATIONS)
        for view in VIEWS:
            seconds[view] = step(connection, view, out, policy.words())
    return seconds


def rework(out: Path, policy: Policy, views: Sequence[str]) -> dict[str, float]:
    """Writes these views once more, of the events and relations that are there; the seconds of each."""
    with connected(out) as connection:
        for name in ("events", *RELATIONS):
            connection.read_parquet(str(out / f"{name}.parquet")).create_view(name)
        return {view: step(connection, view, out, policy.words()) for view in views}


@contextmanager
def connected(out: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that may write its rows in any order, and spills beside the tables."""
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
        connection.execute(f"SET temp_directory = '{out / 'spilled'}'")
        yield connection


def land(lines: Path, out: Path) -> dict[str, float]:
    """Only reads the lines and writes them as Parquet; the seconds."""
    with connected(out) as connection:
        return {"land": step(connection, "landed", out, {"lines": f"{lines}/*.jsonl"})}


def step(connection: duckdb.DuckDBPyConnection, name: str, out: Path, words: dict[str, str]) -> float:
    """Writes the result of one query as Parquet and makes it a table for the next; the seconds it took."""
    query = Template((SQL / f"{name}.sql").read_text()).substitute(words)
    path = str(out / f"{name}.parquet")
    start = perf_counter()
    connection.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    seconds = perf_counter() - start
    connection.read_parquet(path).create_view(name)
    return seconds


def main() -> None:
    """Prints the seconds of each step as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--cap", type=int, default=Policy.cap)
    parser.add_argument("--land", action="store_true", help="only write the lines as Parquet")
    parser.add_argument("--views", nargs="+", choices=VIEWS, help="only these, of the relations that are there")
    arguments = parser.parse_args()
    policy = Policy(arguments.cap)
    if arguments.land:
        seconds = land(arguments.lines, arguments.out)
    elif arguments.views:
        seconds = rework(arguments.out, policy, arguments.views)
    else:
        seconds = work(arguments.lines, arguments.out, policy)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()

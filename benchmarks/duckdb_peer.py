"""The same work in DuckDB SQL by its best plain way: `python -m benchmarks.duckdb_peer LINES OUT`."""

import argparse
import json
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
    out.mkdir(parents=True, exist_ok=True)
    seconds: dict[str, float] = {}
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
        seconds["land"] = step(connection, "landed", out, {"lines": f"{lines}/*.jsonl"})
        seconds["deduplicate"] = step(connection, "events", out, {"landed": str(out / "landed.parquet")})
        seconds["fold"] = sum(step(connection, name, out, {}) for name in RELATIONS)
        for view in VIEWS:
            seconds[view] = step(connection, view, out, policy.words())
    return seconds


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
    parser.add_argument("--replies", choices=("followed", "all", "none"), default=Policy.replies)
    parser.add_argument("--no-own-posts", action="store_false", dest="own_posts")
    arguments = parser.parse_args()
    policy = Policy(arguments.cap, arguments.replies, arguments.own_posts)
    print(json.dumps({"seconds": work(arguments.lines, arguments.out, policy)}))


if __name__ == "__main__":
    main()

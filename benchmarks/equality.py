"""Whether two sides hold the same rows, in any order."""

from pathlib import Path

import duckdb


class Unequal(Exception):
    """Two sides of a benchmark have other rows, so that no ratio means anything."""


def require_same(name: str, ours: list[Path], theirs: list[Path]) -> None:
    """Raise Unequal, which tells the numbers of rows and some that only one side has, unless all rows are the same."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        left, right = (connection.read_parquet(list(map(str, files))) for files in (ours, theirs))
        if left.columns != right.columns:
            raise Unequal(f"{name}: columns: ours {left.columns}, theirs {right.columns}")
        types = [f'"{column}"::{kind} AS "{column}"' for column, kind in zip(left.columns, left.types, strict=True)]
        right = right.project(", ".join(types))
        if _fingerprint(left) != _fingerprint(right):
            raise Unequal("\n".join([name, *_differences(left, right)]))


def _fingerprint(rows: duckdb.DuckDBPyRelation) -> tuple[int, int]:
    """The number of rows and the sum of their hashes: memory for no row."""
    columns = ", ".join(f'"{column}"' for column in rows.columns)
    [found] = rows.aggregate(f"count(*), coalesce(sum(hash({columns})), 0)").fetchall()
    return found


def _differences(left: duckdb.DuckDBPyRelation, right: duckdb.DuckDBPyRelation, limit: int = 5) -> list[str]:
    """The numbers of rows, and some that only one side has; a row that is there twice is told once."""
    told = [f"rows: ours {len(left):,}, theirs {len(right):,}"]
    told += [f"only ours: {row}" for row in left.except_(right).limit(limit).fetchall()]
    return told + [f"only theirs: {row}" for row in right.except_(left).limit(limit).fetchall()]

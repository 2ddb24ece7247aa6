"""Whether two Parquet files hold the same rows."""

from pathlib import Path
from typing import Any

import duckdb


def differences(ours: Path, theirs: Path, limit: int = 5) -> list[str]:
    """What tells two files apart: the numbers of rows, and some rows that only one of them has."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        left, right = (connection.read_parquet(str(path)) for path in (ours, theirs))
        if left.columns != right.columns:
            return [f"columns: ours {left.columns}, theirs {right.columns}"]
        rows = _count(left), _count(right)
        found = [f"rows: ours {rows[0]:,}, theirs {rows[1]:,}"] if rows[0] != rows[1] else []
        found += [f"only ours: {row}" for row in _only(left, right, limit)]
        return found + [f"only theirs: {row}" for row in _only(right, left, limit)]


def _count(rows: duckdb.DuckDBPyRelation) -> int:
    """How many rows there are."""
    return len(rows)


def _only(left: duckdb.DuckDBPyRelation, right: duckdb.DuckDBPyRelation, limit: int) -> list[tuple[Any, ...]]:
    """Some rows of the left that are not on the right."""
    return left.except_(right).limit(limit).fetchall()

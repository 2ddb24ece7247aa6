"""SQL over exact versions of Delta tables, without an engine and without loading one."""

from collections.abc import Mapping
from typing import Any

from deltalake import DeltaTable, QueryBuilder
from deltalake.exceptions import DeltaError

from pipelines.errors import NewsfeedError


class QueryError(NewsfeedError):
    """The SQL cannot be planned or run."""


def query(tables: Mapping[str, DeltaTable], sql: str) -> Any:
    """The result as a stream of Arrow batches (the Arrow C stream protocol). Raises QueryError."""
    builder = QueryBuilder()
    for name, handle in tables.items():
        builder.register(name, handle)
    try:
        return builder.execute(sql)
    except DeltaError as fault:
        raise QueryError(f"cannot run the query: {str(fault).removeprefix('Generic DeltaTable error: ')}") from fault


def rows(tables: Mapping[str, DeltaTable], sql: str) -> list[dict[str, Any]]:
    """The result as dicts of Python values. Raises QueryError."""
    found = query(tables, sql).read_all()
    columns = [[value.as_py() for value in found.column(name)] for name in found.column_names]
    return [dict(zip(found.column_names, values, strict=True)) for values in zip(*columns, strict=True)]

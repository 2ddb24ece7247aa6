"""SQL over exact versions of Delta tables, without an engine and without loading one."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any

from deltalake import DeltaTable, QueryBuilder

from pipelines.errors import NewsfeedError
from pipelines.storage import delta
from pipelines.storage.checksums import verify_all


class QueryError(NewsfeedError):
    """The SQL cannot be planned or run."""


READING = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(?:select|with|values)\b", re.IGNORECASE | re.DOTALL)
"""How a query that only reads begins, behind blanks, comments and parentheses."""


def query(tables: Mapping[str, DeltaTable], sql: str) -> Any:
    """The result as a stream of Arrow batches (the Arrow C stream protocol).

    All files of the tables are verified before, as DataFusion does not. Raises QueryError, DamagedFile.
    """
    if not READING.match(sql):
        raise QueryError(f"cannot run the query: expected one that begins with SELECT, WITH or VALUES, found {sql!r}")
    verify_all(chain.from_iterable(map(delta.files, tables.values())))
    builder = QueryBuilder()
    for name, handle in tables.items():
        builder.register(name, handle)
    with telling():
        return builder.execute(sql)


@contextmanager
def telling() -> Iterator[None]:
    """Tell what is wrong with a query, which may show only while its result is read, as a QueryError on one line."""
    try:
        yield
    except NewsfeedError:
        raise
    except Exception as fault:
        told = " ".join(str(fault).removeprefix("Generic DeltaTable error: ").split())
        raise QueryError(f"cannot run the query: {told}") from fault


def table(tables: Mapping[str, DeltaTable], sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The names of the result's columns, which need not be distinct, and its rows. Raises QueryError."""
    with telling():
        found = query(tables, sql).read_all()
    columns = [[value.as_py() for value in column] for column in found.columns]
    return list(found.column_names), list(zip(*columns, strict=True))


def rows(tables: Mapping[str, DeltaTable], sql: str) -> list[dict[str, Any]]:
    """The result as dicts of Python values. Raises QueryError."""
    names, found = table(tables, sql)
    return [dict(zip(names, row, strict=True)) for row in found]

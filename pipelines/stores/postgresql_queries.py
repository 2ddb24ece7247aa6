"""What is asked of PostgreSQL for a view's rows: queries, and the conditions in them."""

from functools import cache
from typing import Any

from pipelines.stores.base import Row
from pipelines.stores.postgresql_tables import POSITION, listed, order_of, quoted
from pipelines.stores.postgresql_text import kept
from pipelines.tables import Column
from pipelines.views import load_view

DIRECTORY = "user_directory"


def ordered(view: str, *first: str) -> str:
    """The order of a view's rows as SQL; a null is less than any value."""
    columns = {one.name: one for one in load_view(view).table.columns}
    return ", ".join([*first, *(_ordered(columns[name.lstrip("-")], name) for name in order_of(view))])


def _ordered(column: Column, name: str) -> str:
    order, nulls = (" DESC", " NULLS LAST") if name.startswith("-") else ("", " NULLS FIRST")
    return f"{quoted(column.name)}{order}{nulls if column.nullable else ''}"


def source(schema: str, view: str, condition: str) -> str:
    """The rows of a view that fulfil a condition, numbered where the view numbers them, as SQL."""
    table = load_view(view).table
    number = f"row_number() OVER (PARTITION BY {table.bucket_by} ORDER BY {ordered(view)})::integer AS {POSITION}"
    columns = ", ".join(number if name == POSITION else quoted(name) for name in table.names)
    return f"SELECT {columns} FROM {quoted(schema)}.{quoted(view)} WHERE {condition}"


@cache
def of_owners(schema: str, view: str, key: str, columns: tuple[str, ...]) -> bytes:
    """The query for the rows of some owners, whom a key names, with it and these columns or all, one after another."""
    rows = source(schema, view, f"{quoted(key)} = ANY(%s::bigint[])")
    names = tuple(dict.fromkeys((key, *columns))) if columns else load_view(view).table.names
    return f"SELECT {listed(names)} FROM ({rows}) AS rows ORDER BY {ordered(view, quoted(key))}".encode()


@cache
def page(schema: str, view: str, condition: str) -> bytes:
    """The query for the first rows of an owner that fulfil a condition, in the view's order."""
    table = load_view(view).table
    rows = source(schema, view, f"{quoted(str(table.bucket_by))} = %s::bigint")
    query = f"SELECT {listed(table.names)} FROM ({rows}) AS rows WHERE {condition} ORDER BY {ordered(view)} LIMIT %s"
    return query.encode()


@cache
def people(schema: str, *, is_bounded: bool) -> bytes:
    """The query for the first rows of `user_directory` from a term on, up to another one where it `is_bounded`."""
    condition = "term >= %s AND " + ("term < %s" if is_bounded else "%s = ''")
    return f"{source(schema, DIRECTORY, condition)} ORDER BY term, user_id, field LIMIT %s".encode()


def behind(view: str, row: Row) -> tuple[str, list[Any]]:
    """The condition that rows stand behind one in the order of a view, and its values."""
    names = order_of(view)
    columns = {one.name: one for one in load_view(view).table.columns}
    found = [row[name.lstrip("-")] for name in names]
    values = [kept(value) if isinstance(value, str) else value for value in found]
    options = [
        " AND ".join([*map(_same, names[:number]), _further(columns[name.lstrip("-")], name, values[number])])
        for number, name in enumerate(names)
    ]
    bound = f"{quoted(names[0].lstrip('-'))} {'<=' if names[0].startswith('-') else '>='} %s"
    given = [value for number in range(len(names)) for value in values[: number + 1]]
    return f"{bound} AND (({') OR ('.join(options)}))", [values[0], *given]


def _same(name: str) -> str:
    return f"{quoted(name.lstrip('-'))} IS NOT DISTINCT FROM %s"


def _further(column: Column, name: str, value: Any) -> str:
    """The condition that a value comes later in the order than another one; a null, which is less than any, does."""
    if not name.startswith("-"):
        return f"{quoted(column.name)} > %s"
    or_null = f" OR {quoted(column.name)} IS NULL" if column.nullable and value is not None else ""
    return f"({quoted(column.name)} < %s{or_null})"


def behind_all(prefix: str) -> str | None:
    """The least text behind all that begin with a prefix; None where there is none."""
    while prefix:
        last = ord(prefix[-1]) + 1
        if last == 0xD800:
            last = 0xE000
        if last <= 0x10FFFF:
            return prefix[:-1] + chr(last)
        prefix = prefix[:-1]
    return None

"""A table given the content that it had, by a commit as any other.

Delta's own `restore` holds Python's lock, so nothing could end a command whose server does not answer just then.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from pipelines.storage import commits, delta

if TYPE_CHECKING:
    from pipelines.tables import Table

RESTORED = "restored"
"""Under which name a commit says which version's content it gives back."""


class Known(NamedTuple):
    """A file that a version of a table has."""

    path: str
    size: int
    stats: str


def restore(handle: delta.Handle, table: "Table", version: int, application: str, number: int) -> bool:
    """Commit the content of an earlier version on top, unless the content is that already; whether it was committed.

    The commit is the transaction of an application, and excludes its others. Raises Conflict, and what `delta.find`
    and `commit` raise.
    """
    then = None if int(handle.version()) == version else delta.find(str(handle.table_uri), version)
    here, there = set(delta.paths(handle)), set(delta.paths(then or handle))
    if here == there:
        return False
    back = tuple(file for file in _files(then or handle, table.key[0]) if file.path not in here)
    gone, said = tuple(sorted(here - there)), {RESTORED: str(version)}
    commits.commit(handle, table, commits.Commit(back, gone, application, number, said, {}))
    return True


def _files(handle: delta.Handle, column: str) -> Iterator[Known]:
    """The files of a version, with what it says of their rows and of the column by which these are sorted."""
    asked = ["path", "size_bytes", "num_records", f"min.{column}", f"max.{column}"]
    for path, size, rows, least, greatest in delta.facts_of_files(handle, asked):
        bounds = {} if least is None else {"minValues": {column: least}, "maxValues": {column: greatest}}
        yield Known(path, size, json.dumps({"numRecords": rows, **bounds} if rows is not None else bounds))

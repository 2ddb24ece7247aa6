"""Delta tables at one version: found, and asked which files they have."""

from collections.abc import Sequence
from typing import Any

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from pipelines.errors import NewsfeedError, number_of
from pipelines.ranges import GREATEST, LEAST, FileRange, Ranges
from pipelines.storage import deltalog, places, wholeness
from pipelines.storage.naming import bucket_of
from pipelines.storage.stores import for_tables
from pipelines.storage.waiting import of_table

Handle = DeltaTable
"""A Delta table at one version."""


def find(place: str, version: int | None = None) -> Handle | None:
    """The table at a place, at a version (the newest when None); None when there is no table, or version.

    Raises DamagedLog where a file of the table's Delta log is not whole.
    """
    if not places.is_url(place) and not places.exists(deltalog.folder(place)):
        return None
    deltalog.require_whole(place, version)
    with places.telling("read", place):
        try:
            return of_table(place, DeltaTable, place, version=version, storage_options=for_tables(place))
        except TableNotFoundError:
            return None
        except DeltaError as fault:
            if number_of(fault) is not None:
                raise
            raise _unreadable(place, fault) from fault


def _unreadable(place: str, fault: DeltaError) -> NewsfeedError:
    """What to say of a table that cannot be opened: which files of its Delta log are not whole, if any."""
    for name, wrong in [*wholeness.faults(place), *wholeness.cut_off(place).items()]:
        return deltalog.damaged(place, name, wrong)
    hint = wholeness.misleading_hint(place)
    if hint is not None:
        return deltalog.DamagedLog(f"{places.join(deltalog.folder(place), wholeness.HINT)} {hint}; {deltalog.REMEDY}")
    wrong = str(fault).splitlines()[0]
    return deltalog.DamagedLog(f"cannot read {deltalog.folder(place)}: {wrong}; {deltalog.REMEDY}")


def number(handle: Handle, application: str) -> int:
    """The number of the application's last transaction in the table, 0 when there is none. Raises PlaceError."""
    with places.telling("read", places.absolute(str(handle.table_uri))):
        return of_table(str(handle.table_uri), handle.transaction_version, application) or 0


def id_of(handle: Handle) -> str:
    """The id that the table got when it was made."""
    return str(handle.metadata().id)


def paths(handle: Handle) -> list[str]:
    """The paths, below the table's place, of the files of the handle's version."""
    return [str(path) for path in handle.get_add_actions(flatten=True).column("path").to_pylist()]


def files(handle: Handle) -> list[str]:
    """The places of the files of the handle's version, wherever its table is."""
    return uris(places.absolute(str(handle.table_uri)), handle)


def uris(place: str, handle: Handle) -> list[str]:
    """The places of the files of the handle's version."""
    return [places.join(place, path) for path in paths(handle)]


def sizes(place: str, handle: Handle) -> list[tuple[str, int]]:
    """The places of the files of the handle's version, with their sizes in bytes."""
    found = handle.get_add_actions(flatten=True)
    names, numbers = (found.column(name).to_pylist() for name in ("path", "size_bytes"))
    return [(places.join(place, name), size) for name, size in zip(names, numbers, strict=True)]


def sized_files(handle: Handle) -> list[tuple[str, int]]:
    """The same, wherever the table of the handle is."""
    return sizes(places.absolute(str(handle.table_uri)), handle)


def facts_of_files(handle: Handle, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Of each file of the handle's version what is known: its path, `min.` and `max.` of a column … None: not known."""
    found = handle.get_add_actions(flatten=True)
    known = set(found.schema.names)
    nothing = [None] * found.num_rows
    return list(zip(*(found.column(c).to_pylist() if c in known else nothing for c in columns), strict=True))


def damaged(place: str, handle: Handle) -> list[str]:
    """The places of those files of the handle's version that are not there, or have another size."""
    return [file for file, size in sizes(place, handle) if _size(file) != size]


def _size(file: str) -> int | None:
    """The size of a file, None when it is not there. Raises PlaceError when that cannot be seen."""
    try:
        return places.size(file)
    except places.PlaceError as fault:
        if isinstance(fault.__cause__, FileNotFoundError | NotADirectoryError):
            return None
        raise


def ranges(place: str, handle: Handle, owner: str | None) -> Ranges:
    """The files of the handle's version, with what is known of the owners of their rows, by bucket and range."""
    found = facts_of_files(handle, ["path", f"min.{owner}", f"max.{owner}", "num_records"])
    return tuple(
        sorted(
            FileRange(
                bucket_of(path),
                LEAST if least is None else least,
                GREATEST if greatest is None else greatest,
                places.join(place, path),
                rows or 0,
            )
            for path, least, greatest, rows in found
        )
    )


def greatest(handle: Handle, column: str) -> int | None:
    """The greatest value of a column of whole numbers, as the files' statistics say; None without rows."""
    return max(
        (int(value) for (value,) in facts_of_files(handle, [f"max.{column}"]) if value is not None), default=None
    )


def rows(handle: Handle) -> int | None:
    """How many rows the handle's version has, as its files' statistics say; None where one does not say it."""
    found = [count for (count,) in facts_of_files(handle, ["num_records"])]
    return None if None in found else sum(found)


def is_readable(place: str, handle: Handle, version: int, expected: int) -> bool:
    """Whether a version of a table, of which there is a handle, is there with all its files, and so many rows."""
    try:
        deltalog.require_whole(place, version)
        found = handle if int(handle.version()) == version else find(place, version)
    except deltalog.DamagedLog:
        return False
    return found is not None and rows(found) in {None, expected} and not damaged(place, found)

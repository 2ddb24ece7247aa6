"""Repair of a table's Delta log: what is not whole is set aside, so that the rest can be read again."""

import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from pipelines.errors import number_of
from pipelines.storage import declaring, delta, deltalog, places, wholeness
from pipelines.storage.deltalog import LOST
from pipelines.storage.naming import new_mark
from pipelines.storage.stores import for_tables
from pipelines.storage.waiting import of_table
from pipelines.storage.wholeness import HINT

if TYPE_CHECKING:
    from pipelines.tables import Table

STANDS = "STANDS"
"""The operation of a commit that a repair puts where one was whose content a checkpoint has."""
ASIDE = ".damaged"
"""What is put behind the name of a file that is set aside, which no reader of Delta looks at then."""


@dataclass(frozen=True)
class Declared:
    """A table as it is declared, by what it is partitioned, and under which name transactions are committed to it."""

    table: "Table"
    application: str
    partition_by: tuple[str, ...] = ()


def repair(place: str, declared: Declared) -> list[str]:
    """Set aside what is damaged of a table's Delta log; what was wrong, file by file.

    Where a commit was comes one that says so: its version is never given again, nor the number of its transaction.
    Where the first one was, the table is created as it is declared.
    """
    told = list(_hint_set_aside(place))
    while found := wholeness.faults(place) or _unreadable(place):
        name, fault = next((one for one in found if "checkpoint" in one[0]), found[0])
        if "checkpoint" in name:
            _set_aside(place, HINT)  # none is better than one at what is not there
            _set_aside(place, name)
        elif int(name.removesuffix(".json")) in deltalog.checkpoints(place):
            _stand_in(place, name)
        else:
            _mark_lost(place, name, declared)
        told.append(_told(place, name, fault))
    for name, fault in wholeness.cut_off(place).items():
        _set_aside(place, name)
        told.append(_told(place, name, fault))
    return told


def _unreadable(place: str) -> list[tuple[str, str]]:
    """The files of the last checkpoint, if the table cannot be opened though they look whole. Raises PlaceError."""
    names = deltalog.checkpoints(place)
    with places.telling("read", place):
        try:
            if names:
                of_table(place, DeltaTable, place, storage_options=for_tables(place))
        except DeltaError as fault:
            if number_of(fault) is not None:
                raise
            return [(name, "cannot be read") for name in names[max(names)]]
    return []


def _told(place: str, name: str, fault: str) -> str:
    return f"{places.join(deltalog.folder(place), name)} {fault}"


def _hint_set_aside(place: str) -> Iterator[str]:
    """Set a hint at a checkpoint aside that is wrong; what was wrong."""
    fault = wholeness.misleading_hint(place)
    if fault is not None:
        _set_aside(place, HINT)
        yield _told(place, HINT, fault)


def _set_aside(place: str, name: str) -> None:
    """Rename a file, if it is there: another repair may come first."""
    path = places.join(deltalog.folder(place), name)
    try:
        if places.exists(path):
            places.rename(path, path + ASIDE)
    except places.PlaceError:
        if places.exists(path):
            raise


def _stand_in(place: str, name: str) -> None:
    """Set a commit aside of which a checkpoint has the content, and write another in its place that does nothing."""
    said = {"timestamp": int(time.time() * 1000), "operation": STANDS, "operationParameters": {"file": name + ASIDE}}
    _replace(place, name, [{"commitInfo": said}])


def _replace(place: str, name: str, actions: list[dict[str, Any]]) -> None:
    """Keep a copy of a commit, if it is there, and put another in its place."""
    path = places.join(deltalog.folder(place), name)
    new = f"{path}.{new_mark()}"
    with places.writing(new) as file:
        file.write("\n".join(map(json.dumps, actions)).encode())
    _copy_aside(place, name)
    places.rename(new, path)


def _mark_lost(place: str, name: str, declared: Declared) -> None:
    """Set a commit aside, and write that it was lost, on top of the version before it."""
    version = int(name.removesuffix(".json"))
    if version == 0:
        _create_again(place, name, declared)
        return
    with places.telling("read", place):
        before = of_table(place, DeltaTable, place, version=version - 1, storage_options=for_tables(place))
    number = delta.number(before, declared.application)
    now = int(time.time() * 1000)
    said = {"timestamp": now, "operation": LOST, "operationParameters": {"file": name + ASIDE}}
    actions = [
        {"commitInfo": said},
        {"txn": {"appId": declared.application, "version": number + 1, "lastUpdated": now}},
    ]
    _replace(place, name, actions)


def _copy_aside(place: str, name: str) -> None:
    """Keep a copy of a commit, which stays in its place, so that no other process commits there meanwhile.

    What another repair has put there since is none.
    """
    path = places.join(deltalog.folder(place), name)
    if places.exists(path) and name in dict(wholeness.faults(place)):
        with places.reading(path) as damaged, places.writing(path + ASIDE) as kept:
            kept.write(damaged.read())


def _create_again(place: str, name: str, declared: Declared) -> None:
    """Set a table's first commit aside; if others came behind it, put one that creates the table in its place."""
    if deltalog.commits(place) == [0]:
        _set_aside(place, name)
        return
    with tempfile.TemporaryDirectory() as folder:
        declaring.ensure(folder, declared.table, [*declared.partition_by])
        _replace(place, name, [{kind: said} for kind, said in deltalog.entry(folder, 0).actions])

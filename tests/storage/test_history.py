"""Which files versions of a table have is known from its commits as it is from opening each of them."""

from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from pipelines.storage import delta, deltalog, history, repair
from tests.releases.test_commits import TABLE

NAMES = ["plain", "with a space", "50%", "ü/ß"]
NEWEST = 7


@pytest.fixture
def table(tmp_path):
    """A table by other names than ours: appended to, replaced, deleted from, compacted, and rolled back."""
    place = str(tmp_path / "table")
    for name in NAMES:
        rows = pa.table({"name": [name] * 3, "number": [1, 2, 3]})
        write_deltalake(place, rows, mode="append", partition_by=["name"])
    write_deltalake(place, pa.table({"name": ["50%"], "number": [9]}), mode="append")
    DeltaTable(place).optimize.compact()
    DeltaTable(place).delete("number = 2")
    DeltaTable(place).restore(2)
    return place


def opened(place, version):
    return set(delta.paths(delta.find(place, version)))


def walked(place, versions):
    return {version: set(files) for version, files in history.files_of(place, versions)}


@pytest.mark.parametrize("versions", [range(NEWEST + 1), [7, 2, 5], [4], [0, 7], []], ids=str)
def test_each_version_has_the_files_that_it_has_when_it_is_opened(table, versions):
    assert walked(table, versions) == {version: opened(table, version) for version in versions}


def test_a_table_is_opened_once(table, monkeypatch):
    find, found = delta.find, []
    monkeypatch.setattr(delta, "find", lambda *given: found.append(given) or find(*given))
    assert list(walked(table, range(2, NEWEST + 1))) == [2, 3, 4, 5, 6, 7]
    assert found == [(table, 2)]


def test_where_commits_are_gone_behind_a_checkpoint_it_is_opened_again(table):
    expected = {version: opened(table, version) for version in (0, 5, 6)}
    delta.find(table, 5).create_checkpoint()
    for version in range(1, 5):
        Path(deltalog.folder(table), deltalog.name_of(version)).unlink()
    assert walked(table, [0, 5, 6]) == expected


@pytest.mark.parametrize("versions", [[3, 4, 5], [4, 5], [4]], ids=str)
def test_a_version_that_was_lost_has_none(table, versions):
    for version in range(5, NEWEST + 1):
        Path(deltalog.folder(table), deltalog.name_of(version)).unlink()
    Path(deltalog.folder(table), deltalog.name_of(4)).write_bytes(b"")
    repair.repair(table, repair.Declared(TABLE, "writer"))
    write_deltalake(table, pa.table({"name": ["plain"], "number": [4]}), mode="append")
    assert walked(table, versions) == {version: opened(table, version) for version in versions if version != 4}

"""A query that fails says of whom it is: of what was asked, or of the files, which may pass."""

from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from pipelines.errors import is_transient
from pipelines.storage import query
from pipelines.storage.places import PlaceError
from pipelines.storage.query import QueryError


@pytest.fixture
def table(tmp_path):
    write_deltalake(tmp_path / "numbers", pa.table({"number": [1, 2]}))
    return DeltaTable(tmp_path / "numbers")


def test_what_cannot_be_planned_is_the_queries_own_fault(table):
    with pytest.raises(QueryError, match="cannot run the query: .*nothing") as raised:
        query.rows({"numbers": table}, "SELECT nothing FROM numbers")
    assert not is_transient(raised.value)


def test_a_file_that_goes_while_it_is_asked_is_not(table, monkeypatch):
    monkeypatch.setattr(query, "verify_all", list)
    (file,) = table.file_uris()
    Path(file).unlink()
    with pytest.raises(PlaceError, match="No such file") as raised:
        query.rows({"numbers": table}, "SELECT number FROM numbers")
    assert is_transient(raised.value)
    assert "\n" not in str(raised.value)

"""A commit names the version that it made, and says so when another process came first."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from pipelines.errors import NewsfeedError
from pipelines.storage import commits, declaring, delta, places
from pipelines.storage.file_writer import FileWriter
from pipelines.storage.repair import Declared
from pipelines.storage.restoring import restore
from pipelines.tables import Column, Table

TABLE = Table("numbers", (Column("number", "bigint", "a number"),), ("number",))
DECLARED = Declared(TABLE, "release")
NAMED = replace(TABLE, columns=(*TABLE.columns, Column("name", "string", "its name")))


@pytest.fixture
def place(tmp_path):
    declaring.ensure(str(tmp_path / "numbers"), TABLE)
    return str(tmp_path / "numbers")


def put(handle, place, number, application="release", transaction=1, remove=(), **given):
    """Commit a file of one number."""
    writer = FileWriter(place, TABLE, 0)
    writer.write(pa.RecordBatch.from_pylist([{"number": number}], TABLE.arrow))
    change = commits.Commit((writer.close(),), remove, application, transaction, {}, {}, **given)
    return commits.commit(handle, TABLE, change)


def numbers(place, version=None):
    return delta.find(place, version).to_pyarrow_table()["number"].to_pylist()


def put_unnamed(place, number, *removed, **given):
    """Commit a file of one number to a table that has their names; the columns from then on."""
    put(declaring.ensure(place, NAMED), place, number, transaction=number, remove=removed, **given)
    return [field.name for field in delta.find(place).schema().fields]


class Overtaken:
    """A handle after whose every commit another process restores the empty table at once."""

    def __init__(self, place):
        self.place, self.handle = place, delta.find(place)

    def __getattr__(self, name):
        return getattr(self.handle, name)

    def create_write_transaction(self, *args, **given):
        self.handle.create_write_transaction(*args, **given)
        restore(delta.find(self.place), TABLE, 0, "release", 0)


class Unanswered(Overtaken):
    """A handle at a URL whose server answers no commit."""

    table_uri = "memory://numbers"

    def create_write_transaction(self, *_args, **_given):
        raise DeltaError("no answer")


def test_a_commit_that_a_url_s_server_does_not_answer_may_come_about_yet(place):
    with pytest.raises(commits.Unsettled, match="^cannot write memory://numbers: no answer$"):
        put(Unanswered(place), place, 7)


def test_a_commit_gives_the_version_that_it_made(place):
    handle = delta.find(place)
    versions = [put(handle, place, number, transaction=number) for number in (1, 2)]
    assert (versions, sorted(numbers(place, 2)), numbers(place, 1)) == ([1, 2], [1, 2], [1])


def test_a_commit_gives_its_own_version_also_when_another_follows_at_once(place):
    assert numbers(place, put(Overtaken(place), place, 7)) == [7]


def test_a_commit_gives_its_own_version_also_when_one_of_its_number_was_taken_back(place):
    put(delta.find(place), place, 1)
    restore(delta.find(place), TABLE, 0, "release", 0)
    handle = delta.find(place)
    put(delta.find(place), place, 5, application="another")
    assert sorted(numbers(place, put(handle, place, 7))) == [5, 7]


def test_only_a_commit_that_replaces_all_rows_takes_columns_away(place):
    assert put_unnamed(place, 1) == ["number"]  # nothing was there
    (first,) = delta.paths(delta.find(place))
    assert put_unnamed(place, 2) == put_unnamed(place, 3, first) == ["number", "name"]
    assert put_unnamed(place, 4, *delta.paths(delta.find(place)), rearranges=True) == ["number", "name"]
    assert put_unnamed(place, 5, *delta.paths(delta.find(place))) == ["number"]
    assert numbers(place) == [5]


def test_of_two_commits_of_one_transaction_the_second_is_refused(place):
    first, second = delta.find(place), delta.find(place)
    put(first, place, 1)
    with pytest.raises(commits.Conflict, match="another process committed to .*numbers/? first"):
        put(second, place, 2)
    assert numbers(place) == [1]


def test_a_restore_that_another_overtakes_is_a_conflict_or_a_success(place):
    put(delta.find(place), place, 1)
    first, second = delta.find(place), delta.find(place)
    restore(first, TABLE, 0, "release", 0)
    try:
        restore(second, TABLE, 0, "release", 0)
    except commits.Conflict as fault:
        assert "another process" in str(fault)  # noqa: PT017 (one of two good outcomes)
    assert numbers(place) == []


def test_a_commit_goes_on_top_of_a_second_creation_by_a_process_that_created_the_table_too(place):
    handle, log = delta.find(place), Path(place) / "_delta_log"
    created = (log / f"{0:020}.json").read_text()
    (log / f"{1:020}.json").write_text(created.replace(handle.metadata().id, str(uuid4())))
    assert delta.find(place).version() == 1
    assert put(handle, place, 7) == 2
    assert numbers(place) == [7]


def test_a_table_that_another_process_creates_meanwhile_is_found(tmp_path, monkeypatch):
    place, create = str(tmp_path / "numbers"), DeltaTable.create

    def overtaken(*args, **given):
        create(*args, **given)
        raise DeltaError("Generic LocalFileSystem error: File exists (os error 17)")

    monkeypatch.setattr(DeltaTable, "create", overtaken)
    assert declaring.ensure(place, TABLE).version() == 0


def test_whether_files_are_there_is_asked_once_of_each(place, monkeypatch):
    put(delta.find(place), place, 1)
    (gone,) = Path(place).glob("*.parquet")
    put(delta.find(place), place, 2, transaction=2)
    gone.unlink()
    asked, size = [], places.size
    monkeypatch.setattr(places, "exists", None)
    monkeypatch.setattr(places, "size", lambda file: asked.append(file) or size(file))
    assert delta.damaged(place, delta.Handle(place)) == [str(gone)]
    assert len(asked) == 2


def test_what_others_always_come_before_is_not_tried_more_often_where_one_try_is_part_of_another(monkeypatch):
    tried = []

    def overtaken():
        tried.append(1)
        raise commits.Conflict("another process committed first")

    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(NewsfeedError, match="^another process committed first$"):
        commits.until_committed(lambda: commits.until_committed(overtaken))
    assert len(tried) == commits.TRIES


def test_a_restore_gives_back_the_files_of_a_version_with_what_is_known_of_their_rows(place):
    columns = ["path", "size_bytes", "num_records", "min.number", "max.number"]
    for number in (1, 2):
        put(delta.find(place), place, number, transaction=number)
    wanted = sorted(delta.facts_of_files(delta.find(place), columns))
    (first,) = delta.paths(delta.find(place, 1))
    put(delta.find(place), place, 3, transaction=3, remove=(first,))
    handle = delta.find(place)
    assert restore(handle, TABLE, 2, "release", 0)
    for found in (handle, delta.find(place)):
        assert (found.version(), sorted(delta.facts_of_files(found, columns))) == (4, wanted)
    assert not restore(handle, TABLE, 2, "release", 0)
    assert delta.find(place).version() == 4


def test_a_restore_on_top_of_what_another_process_committed_since_is_refused(place):
    put(delta.find(place), place, 1)
    handle = delta.find(place)
    put(delta.find(place), place, 2, transaction=2)
    with pytest.raises(commits.Conflict):
        restore(handle, TABLE, 0, "release", 1)
    assert sorted(numbers(place)) == [1, 2]

"""Files whose commit does not come about go; those that a commit names, or may name yet, stay."""

import os
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.storage import commits, delta
from pipelines.storage.deltalog import name_of
from pipelines.storage.file_writer import FileWriter
from pipelines.storage.restoring import restore
from pipelines.storage.uncommitted import owned
from tests.releases.test_commits import TABLE, numbers, place, put

__all__ = ["place"]


def write(place, mark, number):
    writer = FileWriter(place, TABLE, 0, mark=mark)
    writer.write(pa.RecordBatch.from_pylist([{"number": number}], TABLE.arrow))
    return writer


def commit(handle, file):
    commits.commit(handle, TABLE, commits.Commit((file,), (), "release", 1, {}, {}))


def end(place, fault, disturb=lambda: None):
    """Write three files, one to its end, one that is committed and one that is not finished, and raise a new fault."""
    handle = delta.find(place)
    with pytest.raises(fault), owned({place: handle}) as mark:  # noqa: PT012 (what it does is what is tested)
        write(place, mark, 1).close()
        commit(handle, write(place, mark, 2).close())
        _unfinished = write(place, mark, 3)
        disturb()
        raise fault


def files(place):
    return len(list(Path(place).glob("*.parquet")))


@pytest.mark.parametrize("fault", [KeyboardInterrupt, MemoryError, commits.Conflict])
def test_what_no_commit_names_goes_and_what_one_names_stays_whatever_the_fault(place, fault):
    put(delta.find(place), place, 7, application="another")
    end(place, fault)
    assert (files(place), sorted(numbers(place))) == (2, [2, 7])


def test_what_a_commit_named_stays_also_when_another_removed_it_since(place):
    end(place, KeyboardInterrupt, lambda: restore(delta.find(place), TABLE, 0, "release", 0))
    assert (numbers(place, 1), numbers(place)) == ([2], [])


def test_all_stay_where_a_commit_may_come_about_yet(place):
    end(place, commits.Unsettled)
    assert (files(place), numbers(place)) == (3, [2])


@pytest.mark.parametrize("harm", [lambda file: os.truncate(file, 0), lambda file: os.truncate(file, 99), Path.unlink])
def test_all_stay_where_a_commit_cannot_be_read(place, harm):
    def disturb():
        put(delta.find(place), place, 4, transaction=2)
        harm(Path(place) / "_delta_log" / name_of(1))

    end(place, KeyboardInterrupt, disturb)
    assert files(place) == 4

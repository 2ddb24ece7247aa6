"""An index says in which row group of which file an event is, also where files have many, and were added together."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.landing import id_words
from pipelines.landing.id_index import File, Index
from pipelines.landing.id_words import IDS, Kind, hashes_of

RECORDS = Kind("records", "at-", 6, by_all=False)
FILES = [File("a", 10), File("b", 7)]


def names(file, count):
    return [f"{'at-' if number % 2 else ''}{file}{number:02}-{number}" for number in range(count)]


@pytest.fixture
def index(engine, tmp_path):
    """An index of a kind of two files, with three events in each row group."""
    for file in FILES:
        pq.write_table(pa.table({"event_id": names(file.path, file.events)}), tmp_path / file.path, row_group_size=3)

    def added(kind):
        first = Index(str(tmp_path / "ids"), kind, str(tmp_path), FILES)
        first.candidates(np.empty(0, np.uint64))
        assert first.add(engine, [], str(tmp_path)) in ((), (TOLD.format(tmp_path / "ids"),))
        return Index(str(tmp_path / "ids"), kind, str(tmp_path), FILES)

    return added


TOLD = "the index {} lacked 2 of the log's 2 files: it is made again from the log"


def found(index, text):
    """For each file in which a text may be the row groups."""
    return {groups.place[-1]: groups.numbers for groups in index.candidates(hashes_of(pa.array([text])))}


def test_each_id_is_in_its_row_group(index):
    of_ids = index(IDS)
    for file in FILES:
        for number, name in enumerate(names(file.path, file.events)):
            assert found(of_ids, name) == {file.path: [number // 3]}
    assert found(of_ids, "at-a01") == {}


def test_keys_are_those_of_ids_that_begin_as_records_do(index):
    of_records = index(RECORDS)
    assert found(of_records, "at-a01") == {"a": [0]}
    assert found(of_records, "at-b05") == {"b": [1]}
    assert found(of_records, "a00-0") == found(of_records, "a00-0"[:6]) == {}


def test_a_run_covers_no_more_files_than_words_have_numbers_for_the_parts_of(index, monkeypatch):
    monkeypatch.setattr(id_words, "PARTS", 5)
    of_ids = index(IDS)
    assert found(of_ids, "a04-4") == {"a": [1], "b": None}
    assert found(of_ids, "b04-4") == {"b": None}

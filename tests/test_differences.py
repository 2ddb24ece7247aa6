"""Differences: which rows one of two tables has more often than the other, whatever the types of its columns."""

from datetime import UTC, date, datetime

import pyarrow as pa

from pipelines.differences import added_up, are_in, difference, times

TYPES = {
    "id": pa.int64(),
    "at": pa.timestamp("us", tz="UTC"),
    "day": pa.date32(),
    "name": pa.string(),
    "is": pa.bool_(),
}
SCHEMA = pa.schema(list(TYPES.items()))
ROW = {"id": 1, "at": datetime(2024, 1, 1, tzinfo=UTC), "day": date(2024, 1, 1), "name": "a", "is": True}
OTHER = {"id": 2, "at": datetime(2024, 1, 2, tzinfo=UTC), "day": date(2024, 1, 2), "name": "b", "is": False}


def rows(*some):
    return pa.Table.from_pylist(list(some), SCHEMA)


def numbers(found):
    return found["number"].to_pylist()


def test_rows_that_are_in_both_as_often_are_no_difference():
    assert difference(rows(ROW, OTHER, ROW), rows(OTHER, ROW, ROW)).num_rows == 0
    assert difference(rows(), rows()).num_rows == 0


def test_rows_are_found_among_others_by_the_columns_that_these_have():
    assert are_in(rows(ROW, OTHER, ROW), rows(ROW, ROW)).tolist() == [True, False, True]
    assert are_in(rows(ROW, OTHER), rows(OTHER | {"name": "c"}).select(["id", "day"])).tolist() == [False, True]
    assert are_in(rows(ROW), rows()).tolist() == [False]
    assert are_in(rows(), rows(ROW)).tolist() == []


def test_a_row_is_told_with_how_many_times_more_or_less_it_is_there():
    found = difference(rows(ROW, ROW, ROW, OTHER), rows(ROW, OTHER, OTHER))
    assert sorted((row["id"], row["number"]) for row in found.to_pylist()) == [(1, -2), (2, 1)]
    assert numbers(added_up(pa.concat_tables([found, times(found, -1)]))) == []
    assert sorted(numbers(times(found, 3))) == [-6, 3]


def test_a_row_is_another_one_when_any_of_its_values_is_also_when_it_is_null():
    for name, value in OTHER.items():
        assert sorted(numbers(difference(rows(ROW), rows(ROW | {name: value})))) == [-1, 1]
        assert sorted(numbers(difference(rows(ROW), rows(ROW | {name: None})))) == [-1, 1]


def test_null_is_neither_zero_nor_false_nor_an_empty_text():
    zero = {"id": 0, "at": datetime(1970, 1, 1, tzinfo=UTC), "day": date(1970, 1, 1), "name": "", "is": False}
    for name in zero:
        assert sorted(numbers(difference(rows(zero), rows(zero | {name: None})))) == [-1, 1]
    nothing = dict.fromkeys(zero)
    assert difference(rows(nothing, zero), rows(zero, nothing)).num_rows == 0

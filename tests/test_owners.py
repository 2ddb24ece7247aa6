"""Which rows, and which files of a bucket, belong to some owners, and what takes their place."""

import pyarrow as pa
import pytest

from pipelines.owners import are_among, files_touched, of_owners, with_rows_replaced, without_owners
from tests.test_ranges import FILES, ids


def touched(*owners, files=FILES):
    """The names of the files that are touched together, and by whom."""
    return [
        ("".join(one.place for one in some), theirs.tolist()) for some, theirs in files_touched(files, ids(*owners))
    ]


@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        ((), []),
        ((10,), [("a", [10])]),
        ((19,), [("a", [19])]),
        ((20,), [("b", [20])]),
        ((49,), [("d", [49])]),
        ((25,), [("b", [25])]),  # between two files: it belongs to the first of them
        ((5,), [("a", [5])]),  # before all
        ((99,), [("d", [99])]),  # behind all
        ((15, 20), [("ab", [15, 20])]),
        ((12, 35, 36), [("a", [12]), ("c", [35, 36])]),
        ((5, 20, 45), [("ab", [5, 20]), ("d", [45])]),
    ],
)
def test_owners_touch_the_files_to_which_they_belong_and_such_as_stand_together_come_together(owners, expected):
    assert touched(*owners) == expected


def test_owners_of_a_bucket_without_files_touch_none_and_are_there():
    assert touched(3, 4, files=()) == [("", [3, 4])]
    assert touched(files=()) == []


def table(*rows):
    return pa.table({"owner": [owner for owner, _ in rows], "is": [what for _, what in rows]})


def told(rows):
    return [(row["owner"], row["is"]) for row in rows.to_pylist()]


OLD = table((1, "a"), (1, "b"), (3, "c"), (5, "d"), (5, "e"))


def test_the_rows_of_some_owners_and_of_all_others_are_all_rows():
    assert told(of_owners(OLD, "owner", ids(1, 2, 5))) == [(1, "a"), (1, "b"), (5, "d"), (5, "e")]
    assert told(without_owners(OLD, "owner", ids(1, 2, 5))) == [(3, "c")]
    assert told(of_owners(OLD, "owner", ids())) == told(without_owners(OLD, "owner", ids(1, 3, 5))) == []
    assert are_among(ids(1, 2, 3, 9), ids(2, 9)).tolist() == [False, True, False, True]


def test_rows_of_owners_give_way_to_new_ones_also_where_there_were_or_are_none():
    new = table((0, "x"), (1, "y"), (4, "z"), (4, "w"))
    found = with_rows_replaced(OLD, new, "owner", ids(0, 1, 4, 5, 6))
    assert told(found) == [(0, "x"), (1, "y"), (3, "c"), (4, "z"), (4, "w")]
    assert told(with_rows_replaced(OLD, new.slice(0, 0), "owner", ids())) == told(OLD)

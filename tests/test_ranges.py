"""Which files of a bucket may have rows of some owners, and whether no two may have rows of one."""

import numpy as np

from pipelines.ranges import FileRange, are_apart, in_bucket, with_rows_of

RANGES = {"a": (10, 19), "b": (20, 20), "c": (30, 39), "d": (40, 49)}
FILES = tuple(FileRange(0, *owners, name) for name, owners in RANGES.items())


def ids(*some):
    return np.array(some, np.int64)


def test_files_have_rows_of_owners_from_their_first_one_to_their_last():
    for owner, expected in ((9, ""), (10, "a"), (19, "a"), (20, "b"), (25, ""), (30, "c"), (39, "c"), (50, "")):
        assert "".join(file.place for file in with_rows_of(FILES, ids(owner))) == expected
    assert [file.place for file in with_rows_of(FILES, ids(1, 15, 25, 40))] == ["a", "d"]
    assert list(with_rows_of(FILES, ids())) == []


def test_files_are_apart_unless_two_of_one_bucket_may_have_an_owner_in_common():
    assert are_apart(FILES)
    assert not are_apart([FILES[0], FileRange(0, 19, 25, "e")])
    assert are_apart([FILES[0], FileRange(1, 19, 25, "e")])
    assert [file.place for file in in_bucket((*FILES, FileRange(1, 1, 9, "e")), 1)] == ["e"]

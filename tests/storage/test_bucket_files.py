"""In how many rows a bucket's files are cut: as many as a file has, and no owner's rows are in two."""

from dataclasses import replace
from itertools import chain, groupby, pairwise
from random import Random

import pyarrow as pa
import pytest

from pipelines.storage.bucket_files import in_files
from pipelines.tables import MOST_ROWS, Column, Table

COLUMNS = (Column("user_id", "bigint", "whose"), Column("number", "bigint", "which"))
ROWS = 8
TABLE = Table("owned", COLUMNS, key=("user_id", "number"), bucket_by="user_id", file_rows=ROWS)


def batches(owners, rng):
    """A row for each of these owners, in order, in batches of any size."""
    rows = pa.record_batch([owners, list(range(len(owners)))], TABLE.arrow)
    cuts = sorted(rng.choices(range(len(owners) + 1), k=rng.randint(0, 4)))
    return [rows.slice(start, end - start) for start, end in pairwise([0, *cuts, len(owners)])]


def cut(owners, table=TABLE, seed=0):
    """The owners of the rows of each file, which come in other batches for another seed."""
    found = in_files(table, batches(owners, Random(seed)))
    files = [[row for batch in file for row in batch.to_pylist()] for file in found]
    assert [row["number"] for row in chain.from_iterable(files)] == list(range(len(owners)))
    return [[row["user_id"] for row in file] for file in files]


def sizes(owners, **of):
    return [len(file) for file in cut(owners, **of)]


def test_a_bucket_without_rows_has_no_file():
    assert cut([]) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [(1, [1]), (8, [8]), (10, [10]), (11, [8, 3]), (18, [8, 10]), (19, [8, 8, 3]), (24, [8, 8, 8])],
)
def test_a_file_has_as_many_rows_and_the_last_one_a_quarter_more_at_most_or_a_quarter_at_least(rows, expected):
    assert sizes(list(range(rows))) == expected


@pytest.mark.parametrize("seed", range(10))
def test_a_file_has_all_rows_of_its_last_owner_whatever_batches_these_are_in(seed):
    assert cut([1] * 7 + [2] * 5 + [3] * 4, seed=seed) == [[1] * 7 + [2] * 5, [3] * 4]


def test_an_owner_of_many_rows_has_them_in_one_file_and_others_are_in_others():
    assert sizes([1] * 100) == [100]
    assert cut([1] * 2 + [2] * 100 + [3] * 3) == [[1] * 2 + [2] * 100, [3] * 3]
    assert cut([1] * 8 + [2] * 100) == [[1] * 8, [2] * 100]


@pytest.mark.parametrize(("buckets", "rows"), [(1, ROWS), (32, ROWS), (63, ROWS), (64, 2 * ROWS), (1 << 30, MOST_ROWS)])
def test_in_many_buckets_files_are_larger_up_to_a_bound(buckets, rows):
    assert TABLE.in_buckets(buckets).file_rows == rows


def test_in_many_buckets_files_are_never_smaller_than_in_few():
    large = replace(TABLE, file_rows=2 * MOST_ROWS)
    assert large.in_buckets(1 << 30) == large


def test_rows_that_are_not_in_the_order_of_owners_are_in_one_file():
    unowned = Table("unowned", COLUMNS, key=("number", "user_id"), bucket_by="user_id", file_rows=ROWS)
    assert sizes(list(range(50)), table=unowned) == [50]


def test_wherever_batches_end_no_owner_is_in_two_files_and_files_are_as_large(seed):
    rng = Random(seed)
    for _ in range(200):
        owners = sorted(rng.choices(range(1, rng.choice([4, 20, 200])), k=rng.randint(1, 80)))
        files = cut(owners, seed=rng.random())
        assert all(one[-1] < other[0] for one, other in pairwise(files))
        largest = max(len(list(rows)) for _, rows in groupby(owners))
        assert all(ROWS <= len(file) < ROWS + largest for file in files[:-1])
        assert len(files[-1]) <= ROWS * 5 // 4 + largest

"""Which files of a bucket of a table that grows are written anew when some of its rows change, and how often."""

from itertools import accumulate
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from pipelines.arrays import int64s
from pipelines.ranges import FileRange, apart
from pipelines.runs.generations import NotThere, changes, parts
from pipelines.storage.bucket_files import in_files
from pipelines.tables import Column, Table

ROWS = 64
TABLE = Table(
    "grown",
    (Column("user_id", "bigint", "whose"), Column("number", "bigint", "which"), Column("text", "string", "what")),
    key=("user_id", "number"),
    bucket_by="user_id",
    file_rows=ROWS,
    grows=True,
)


def rows_of(found):
    """The rows (user, number, text), in order."""
    return pa.Table.from_pylist(
        [dict(zip(TABLE.names, (*key, text), strict=True)) for key, text in sorted(found.items())], TABLE.arrow
    )


class Bucket:
    """A bucket's files, in memory, and how many rows were ever written."""

    def __init__(self):
        self.rows, self.files, self.written, self.names = {}, {}, 0, 0

    def change(self, owners, made):
        """Give some owners the rows that are made, in place of theirs; the files that this replaced and wrote."""
        old = {key: text for key, text in self.rows.items() if key[0] in owners}
        withdrawn, added = changes(TABLE, rows_of(old), rows_of(made))
        done = parts(TABLE, tuple(sorted(self.files)), withdrawn, added, self.files.__getitem__)
        replaced = [file for part in done for file in part.files]
        assert len(replaced) == len(set(replaced))
        for file in replaced:
            del self.files[file]
        new = [
            self.write(pa.Table.from_batches(one)) for part in done for one in in_files(TABLE, part.rows.to_batches())
        ]
        self.rows = {key: text for key, text in self.rows.items() if key not in old} | made
        return replaced, new

    def write(self, rows):
        owners, self.names, self.written = int64s(rows["user_id"]), self.names + 1, self.written + rows.num_rows
        assert (np.diff(owners) >= 0).all()
        file = FileRange(0, int(owners[0]), int(owners[-1]), f"{self.names}", rows.num_rows)
        self.files[file] = rows
        return file

    def add(self, made):
        """Give owners rows beside theirs."""
        owners = {user for user, _ in made}
        return self.change(owners, {key: text for key, text in self.rows.items() if key[0] in owners} | made)

    def are_right(self):
        """Whether the files have the rows that they should have, each once."""
        found = [tuple(row.values()) for rows in self.files.values() for row in rows.to_pylist()]
        return sorted(found) == sorted((*key, text) for key, text in self.rows.items())


def of_all(number, users=20):
    """A row of each user."""
    return {(user, number): f"{number}" for user in range(1, users + 1)}


def deepest(files):
    """How many files may have rows of one owner, of whom most may."""
    ends = sorted([(file.first, 1) for file in files] + [(file.last + 1, -1) for file in files])
    return max(accumulate(change for _, change in ends))


def test_whatever_changes_the_files_have_the_rows_that_were_made_each_once(seed):
    rng, bucket = Random(seed), Bucket()
    for number in range(400):
        owners = rng.sample(range(1, 40), rng.randint(1, 12))
        made = {key: text for key, text in bucket.rows.items() if key[0] in owners and rng.random() < 0.9}
        made |= {(user, rng.randint(1, 12)): rng.choice("xyz") for user in owners if rng.random() < 0.8}
        bucket.change(owners, made)
        assert bucket.are_right(), number


def test_rows_that_are_to_go_and_are_not_there_are_told():
    bucket = Bucket()
    bucket.add(of_all(1))
    with pytest.raises(NotThere, match="grown: 1 rows are to go that are in none of its files"):
        parts(TABLE, tuple(bucket.files), rows_of({(1, 1): "other"}), rows_of({}), bucket.files.__getitem__)


def test_rows_that_stay_are_not_written():
    bucket = Bucket()
    bucket.add(of_all(1))
    assert bucket.change({1, 2}, {(1, 1): "1", (2, 1): "1"}) == ([], [])


def test_new_rows_leave_large_files_as_they_are():
    bucket = Bucket()
    bucket.add({(user, 1): "old" for user in range(1, 61)})
    assert bucket.add(of_all(2, users=5))[0] == []
    assert bucket.are_right()


def test_a_row_that_goes_or_changes_takes_its_file_alone_with_it():
    bucket = Bucket()
    for users in (range(1, 61), range(101, 161), range(1, 41)):
        bucket.add({(user, len(bucket.rows)): "old" for user in users})
    first = next(file for file in bucket.files if file.last == 60 and file.rows == 60)
    replaced, (new,) = bucket.change({60}, {(60, 0): "new", (60, 7): "more"})
    assert (replaced, new.rows) == ([first], 61)
    assert bucket.change({60}, {})[0] == [new]
    assert bucket.are_right()


def test_new_rows_are_merged_with_files_that_are_no_larger():
    bucket, sizes = Bucket(), []
    for number in range(1, 8):
        bucket.add({(number, 1): "x", **{(number, n): "x" for n in range(2, 9)}})
        sizes.append(sorted(file.rows for file in bucket.files))
    assert sizes == [[8], [16], [8, 16], [32], [8, 32], [16, 32], [8, 16, 32]]


def test_files_of_a_few_rows_are_always_merged():
    bucket = Bucket()
    bucket.add({(1, 1): "x", (2, 1): "x", (3, 1): "x"})
    bucket.add({(1, 2): "x"})
    assert [file.rows for file in bucket.files] == [4]


@pytest.mark.parametrize("users", [20, 500])
def test_a_row_is_written_as_often_as_history_doubles_and_few_files_have_rows_of_one_owner(users, seed):
    rng, bucket, files = Random(seed), Bucket(), 0
    for number in range(1, 501):
        bucket.add({(user, number): "x" for user in rng.sample(range(1, users + 1), 8)})
        files = max(files, deepest(bucket.files))
    assert bucket.are_right()
    assert bucket.written < 6 * len(bucket.rows)
    assert files <= 12


def test_owners_that_come_one_after_another_leave_what_was_before_as_it_is():
    bucket = Bucket()
    for number in range(1, 301):
        bucket.add({(8 * number + user, 1): "x" for user in range(8)})
    assert bucket.are_right()
    assert all(len(part) == 1 for part in apart(tuple(sorted(bucket.files))))
    assert bucket.written < 3 * len(bucket.rows)

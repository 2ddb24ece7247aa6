"""What a plan says of a table is told from its files' ranges, and from some of its rows."""

from random import Random

import pyarrow as pa
import pytest

from pipelines.ranges import FileRange
from pipelines.runs.amounts import Amount, Stored, total
from pipelines.storage import datafiles, places
from pipelines.tables import Column, Table

NUMBERED = Table(
    "numbered",
    (Column("owner_id", "bigint", "whose row"), Column("position", "int", "the how many-th")),
    key=("owner_id", "position"),
    bucket_by="owner_id",
)


def file_of(folder, rng, first):
    """A file of fifty owners with up to twenty rows each, and the positions of these."""
    rows = [(owner, number) for owner in range(first, first + 50) for number in range(1, rng.randint(2, 21))]
    batch = pa.record_batch([pa.array(column) for column in zip(*rows, strict=True)], NUMBERED.arrow)
    ((written, _),) = datafiles.write_buckets(folder, NUMBERED, (), [(first % 2, batch)])
    place = FileRange(written.bucket, written.first, written.last, places.join(folder, written.path))
    return (place, Amount(1, written.size, written.rows)), [number for _, number in rows]


@pytest.mark.parametrize(("counted", "read"), [(10**6, 40), (2000, 4)])
def test_the_rows_up_to_a_number_are_told_from_some_files(tmp_path, monkeypatch, seed, counted, read):
    monkeypatch.setattr("pipelines.runs.amounts.COUNTED", counted)
    opened, real, rng = [], datafiles.read, Random(seed)
    monkeypatch.setattr(datafiles, "read", lambda place, columns: opened.append(place) or real(place, columns))
    files, positions = zip(*(file_of(str(tmp_path), rng, 50 * number) for number in range(40)), strict=True)
    found = Stored(NUMBERED, files, 2).up_to(5, "position")
    exactly, whole = sum(number <= 5 for some in positions for number in some), total(amount for _, amount in files)
    assert abs(found.rows - exactly) <= (0 if read == 40 else exactly / 5)
    assert len(opened) == len(set(opened)) == read
    assert 0 < found.files == -(-40 * found.rows // whole.rows)
    assert abs(found.bytes - whole.bytes * found.rows / whole.rows) < whole.bytes / whole.rows + 1


def test_of_a_table_without_rows_nothing_is_left():
    assert Stored(NUMBERED, (), 1).up_to(5, "position") == Amount()

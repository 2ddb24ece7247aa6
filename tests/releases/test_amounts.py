"""What a plan says of a table is told from its files' ranges, and from some of its rows."""

from random import Random

import pyarrow as pa
import pytest

from pipelines.ranges import FileRange
from pipelines.runs.amounts import Amount, Stored
from pipelines.runs.caps import with_cap
from pipelines.storage import datafiles, places
from pipelines.storage.bucket_files import write_buckets
from pipelines.tables import Column, Table
from pipelines.views.profile import PROFILE

NUMBERED = Table(
    "numbered",
    (Column("owner_id", "bigint", "whose row"), Column("position", "int", "the how many-th")),
    key=("owner_id", "position"),
    bucket_by="owner_id",
)

NOTHING = Stored(NUMBERED, (), 2)


def file_of(folder, rng, first):
    """A file of fifty owners with up to twenty rows each, and the positions of these."""
    rows = [(owner, number) for owner in range(first, first + 50) for number in range(1, rng.randint(2, 21))]
    batch = pa.record_batch([pa.array(column) for column in zip(*rows, strict=True)], NUMBERED.arrow)
    ((written, _),) = write_buckets(folder, NUMBERED, (), [(first % 2, batch)])
    place = FileRange(written.bucket, written.first, written.last, places.join(folder, written.path))
    return (place, Amount(1, written.size, written.rows)), [number for _, number in rows]


def table_of(folder, rng):
    """A table in forty files, and the positions of its rows."""
    files, positions = zip(*(file_of(str(folder), rng, 50 * number) for number in range(40)), strict=True)
    return Stored(NUMBERED, files, 2), [number for some in positions for number in some]


@pytest.mark.parametrize(("counted", "read"), [(10**6, 40), (2000, 4)])
def test_the_rows_that_a_lower_cap_leaves_are_told_from_some_files(tmp_path, monkeypatch, seed, counted, read):
    monkeypatch.setattr("pipelines.runs.amounts.COUNTED", counted)
    opened, real = [], datafiles.read
    monkeypatch.setattr(datafiles, "read", lambda place, columns: opened.append(place) or real(place, columns))
    files, positions = table_of(tmp_path, Random(seed))
    found, exactly = with_cap("any", "position", files, NOTHING, (20, 5)), sum(number <= 5 for number in positions)
    assert abs(found.rows - exactly) <= (0 if read == 40 else exactly / 5)
    assert len(opened) == len(set(opened)) == read
    assert found.files == -(-40 * found.rows // files.whole.rows)
    assert abs(found.bytes / files.whole.bytes - found.rows / files.whole.rows) < 0.01


def test_of_a_table_without_rows_nothing_is_left():
    for caps in ((20, 5), (5, 20)):
        assert with_cap("views/newsfeed", "position", NOTHING, Stored(PROFILE, (), 1), caps) == Amount()

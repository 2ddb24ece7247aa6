"""No ratio is printed before both sides are found to have the same rows."""

import polars as pl
import pytest

from benchmarks.equality import Unequal, require_same

ROWS = pl.DataFrame({"reader_id": [1, 1, 2], "position": [1, 2, 1], "reposter_id": [None, 7, None]})


@pytest.fixture
def files(tmp_path):
    def write(rows, name="theirs"):
        rows.write_parquet(tmp_path / f"{name}.parquet")
        return [tmp_path / f"{name}.parquet"]

    return write


def test_the_same_rows_in_another_order_and_in_two_files_are_the_same(files):
    apart = files(ROWS[2:], "one") + files(ROWS[:2].cast({"position": pl.Int32}), "two")
    require_same("newsfeed by polars", files(ROWS), apart)


def test_another_value_is_told(files):
    other = ROWS.with_columns(reposter_id=pl.lit(7))
    with pytest.raises(Unequal, match=r"newsfeed by polars\n(.*\n)*only theirs: \(1, 1, 7\)"):
        require_same("newsfeed by polars", files(ROWS, "ours"), files(other))


def test_a_row_that_is_there_twice_is_told(files):
    with pytest.raises(Unequal, match="rows: ours 3, theirs 4"):
        require_same("newsfeed by polars", files(ROWS, "ours"), files(pl.concat([ROWS, ROWS[:1]])))


def test_other_columns_are_told(files):
    with pytest.raises(Unequal, match="columns: ours"):
        require_same("newsfeed by polars", files(ROWS, "ours"), files(ROWS.drop("position")))

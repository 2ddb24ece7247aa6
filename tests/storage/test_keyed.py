"""Which row groups of a data file are read, as their statistics say."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.moments import MOMENT
from pipelines.storage.keyed import MICROSECONDS, around

IDS, TIMES = [1, 2, 3, 4, 5, 6], [10, 30, 20, 40, None, None]
"""In row groups of two rows; the last one has no times."""


def ids_around(tmp_path, *wanted, **written):
    """The ids in the row groups that are read for some moments."""
    place = str(tmp_path / "part.parquet")
    rows = pa.table({"ids": pa.array(IDS), "of": [[1, 2]] * 6, "times": pa.array(TIMES, MICROSECONDS)})
    pq.write_table(rows, place, row_group_size=2, **written)
    return around(place, "ids", "times", np.array(list(wanted), MOMENT))["ids"].to_pylist()


@pytest.mark.parametrize(
    ("moment", "read"),
    [((1, 10), [1, 2]), ((2, 15), [1, 2]), ((3, 41), []), ((4, 20), [3, 4]), ((7, 20), []), ((5, 9), [5, 6])],
)
def test_a_row_group_is_read_when_it_may_have_the_moment(tmp_path, moment, read):
    assert ids_around(tmp_path, moment) == read


def test_no_row_group_has_the_id_of_one_moment_at_the_time_of_another(tmp_path):
    assert ids_around(tmp_path, (1, 40), (4, 10)) == []
    assert ids_around(tmp_path, (1, 10), (4, 40)) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"write_statistics": False}, IDS),
        ({"write_statistics": ["ids"]}, [3, 4]),
        ({"use_deprecated_int96_timestamps": True}, [3, 4]),
    ],
    ids=str,
)
def test_a_row_group_is_read_where_statistics_do_not_tell_times_in_microseconds(tmp_path, written, read):
    assert ids_around(tmp_path, (3, 41), **written) == read

"""A stage by bucket says itself where what it has for a bucket stands, on this machine as at a URL."""

from random import Random

import pyarrow as pa
import pytest

from pipelines.storage import folders, places
from pipelines.storage.staging import tables_of, writing_buckets


@pytest.fixture(params=["local", "memory"])
def place(request, tmp_path):
    folder = str(tmp_path) if request.param == "local" else f"memory://stages{tmp_path}"
    folders.make(folder)
    return places.join(folder, "stage")


def of_bucket(place, bucket):
    return [rows["value"].to_pylist() for rows in tables_of(place, bucket)]


def test_each_bucket_finds_its_rows_in_the_order_in_which_they_were_written(place, seed):
    rng = Random(seed)
    told = [(rng.randrange(0, 2000, 5), rng.sample(range(99), rng.randint(1, 9))) for _ in range(200)]
    with writing_buckets(place) as stage:
        for bucket, values in told:
            stage.write(bucket, pa.table({"value": values}))
    assert stage.buckets == {bucket for bucket, _ in told}
    for asked in range(-1, 2001):
        assert of_bucket(place, asked) == [values for bucket, values in told if bucket == asked]


def test_a_stage_to_which_nothing_was_written_has_nothing_for_any_bucket(place):
    with writing_buckets(place) as stage:
        pass
    assert (stage.buckets, of_bucket(place, 0)) == (set(), [])

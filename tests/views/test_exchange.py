"""What a bucket needs of others is sent to it: every row arrives once, where it belongs; partial counts add up."""

import pickle
from collections import Counter
from itertools import chain
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from pipelines.policy import Policy
from pipelines.projections import BucketProjection, Exchange
from pipelines.relations.partial_counts import count_partially, partial_counts, totals
from pipelines.runs.exchange import FEW, exchange, fetch, receivers, shuffle
from pipelines.runs.materialize import materialize_buckets
from pipelines.runs.staged import BuildContext
from pipelines.storage import datafiles
from pipelines.storage.lake import Lake
from pipelines.tables import Column, Table

COLUMNS = (Column("user_id", "bigint", "to whom"), Column("origin", "bigint", "from which bucket"))
SENT = Table("sent", COLUMNS, key=("user_id", "origin"), bucket_by="user_id")


def arrivals(engine, folder, buckets, sent, table=SENT):
    """By bucket, the rows that arrive when each bucket sends to these users."""
    schema = pa.schema([("user_id", pa.int64()), ("origin", pa.int64())])

    def rows(bucket, _):
        return pa.table({"user_id": sent[bucket], "origin": [bucket] * len(sent[bucket])}, schema)

    def merge(bucket, inputs):
        yield from (
            inputs.received(bucket)
            .sort_by([("user_id", "ascending"), ("origin", "ascending")])
            .combine_chunks()
            .to_batches()
        )

    projection = BucketProjection(table, (), merge, exchange=Exchange(schema, rows))
    at = BuildContext(Lake.at(str(folder)), engine, Policy(), buckets, 1 << 30)
    staged = materialize_buckets(projection, {}, str(folder / "sent"), at)
    assert not any((folder / "_scratch").iterdir())
    return {file.bucket: datafiles.read(file.place, None).to_pylist() for file in staged.ranges}


@pytest.mark.parametrize("buckets", [1, 2, 7])
def test_every_row_arrives_once_in_the_bucket_of_its_user(engine, tmp_path, seed, buckets):
    rng = Random(f"{seed}-{buckets}")
    sent = [rng.sample(range(1, 40), rng.randint(0, 30)) for _ in range(buckets)]
    found = arrivals(engine, tmp_path, buckets, sent)
    for bucket, rows in found.items():
        assert {row["user_id"] % buckets for row in rows} == {bucket}
    told = sorted((row["user_id"], row["origin"]) for rows in found.values() for row in rows)
    assert told == sorted((user, origin) for origin, users in enumerate(sent) for user in users)


def test_a_bucket_to_which_nothing_is_sent_has_no_rows(engine, tmp_path):
    assert arrivals(engine, tmp_path, 3, [[], [3, 6], []]) == {
        0: [{"user_id": 3, "origin": 1}, {"user_id": 6, "origin": 1}]
    }


def test_all_that_is_spread_for_a_table_without_buckets_arrives_in_one(engine, tmp_path):
    alone = Table("alone", COLUMNS, key=("user_id", "origin"))
    assert arrivals(engine, tmp_path, 3, [[1], [], [5, 6]], alone) == {
        0: [{"user_id": user, "origin": origin} for user, origin in ((1, 0), (5, 2), (6, 2))]
    }


def test_what_is_sent_before_has_arrived_when_the_next_is_made(engine, tmp_path):
    """Each bucket sends its number to bucket 1, which sends all on to the buckets of these numbers."""
    schema = pa.schema([("user_id", pa.int64()), ("origin", pa.int64())])
    before = Exchange(schema, lambda bucket, _: pa.table([[bucket], [1]], schema), by="origin")

    def sent_on(bucket, inputs):
        return inputs.received(bucket) if bucket == 1 else schema.empty_table()

    def merge(bucket, inputs):
        yield from inputs.received(bucket).combine_chunks().to_batches()

    projection = BucketProjection(SENT, (), merge, exchange=Exchange(schema, sent_on, before=before))
    at = BuildContext(Lake.at(str(tmp_path)), engine, Policy(), 3, 1 << 30)
    staged = materialize_buckets(projection, {}, str(tmp_path / "sent"), at)
    found = {file.bucket: datafiles.read(file.place, None).to_pylist() for file in staged.ranges}
    assert found == {bucket: [{"user_id": bucket, "origin": 1}] for bucket in range(3)}


NUMBERS = pa.schema([("user_id", pa.int64()), ("origin", pa.int64())])


def sent_to_all(engine, folder, buckets):
    """What is known once each bucket has sent a row to each."""
    folder.mkdir()
    rows = lambda bucket: pa.table([range(buckets), [bucket] * buckets], NUMBERS)  # noqa: E731
    return exchange(engine, rows, "user_id", buckets, str(folder))


def test_what_is_known_of_sent_rows_grows_with_the_buckets_not_with_their_square(engine, tmp_path):
    sizes = [len(pickle.dumps(sent_to_all(engine, tmp_path / str(many), many))) for many in (16, 64, 128)]
    assert sizes[1] <= 4.1 * sizes[0]
    assert sizes[2] <= 2.1 * sizes[1]


def test_of_a_file_with_rows_for_few_it_is_known_who_they_are_and_of_others_it_is_looked_up(engine, tmp_path):
    few, many = (sent_to_all(engine, tmp_path / str(buckets), buckets) for buckets in (FEW, FEW + 1))
    assert {one.buckets for one in few} == {tuple(range(FEW))}
    assert {one.buckets for one in many} == {None}
    for sent, buckets in ((few, FEW), (many, FEW + 1)):
        assert list(receivers(sent, buckets)) == list(range(buckets))
        assert sorted(fetch(sent, 3, NUMBERS)["origin"].to_pylist()) == list(range(buckets))
    assert fetch(many, FEW + 1, NUMBERS).equals(NUMBERS.empty_table())


@pytest.mark.parametrize("buckets", [1, FEW, 3 * FEW])
def test_the_rows_of_a_frame_arrive_in_their_buckets(engine, tmp_path, buckets):
    frame = engine.session.range(0, 100).withColumnRenamed("id", "user_id")
    sent = shuffle(frame, "user_id", buckets, str(tmp_path))
    for bucket in range(buckets):
        found = fetch(sent, bucket, frame.toArrow().schema)["user_id"].to_pylist()
        assert sorted(found) == list(range(bucket, 100, buckets))
    assert shuffle(frame.limit(0), "user_id", buckets, str(tmp_path)) == ()


def test_tallies_add_up_to_the_counts_of_all(seed):
    rng = Random(seed)
    named = [[rng.randint(1, 9) for _ in range(rng.randint(0, 50))] for _ in range(4)]
    rows = [count_partially("user_id", 0, np.array(ids, np.int64)) for ids in named]
    other = count_partially("user_id", 1, np.array([1, 1]))
    counts, ids = Counter(chain.from_iterable(named)), [1, 5, 9, 11]
    likes, posts = totals(np.array(ids), 2, pa.concat_tables([*rows, other]), "user_id")
    assert likes.tolist() == [counts[one] for one in ids]
    assert posts.tolist() == [2, 0, 0, 0]


def test_a_tally_counts_each_id_as_many_times_as_it_is_told_to():
    rows = count_partially("user_id", 0, np.array([3, 1, 3]), np.array([5, 0, 2]))
    assert rows.to_pylist() == [{"user_id": 1, "fact": 0, "number": 0}, {"user_id": 3, "fact": 0, "number": 7}]


def test_totals_are_exact_where_floats_are_not():
    rows = pa.table([[1, 1], [0, 0], [1 << 60, 1]], partial_counts("user_id"))
    assert totals(np.array([1]), 1, rows, "user_id").tolist() == [[(1 << 60) + 1]]

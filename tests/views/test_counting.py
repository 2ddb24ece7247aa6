"""The audit of counts: each is the number of its facts, and a table in which one is not is refused with its keys."""

from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pytest

from pipelines.checks import AuditError
from pipelines.inputs import BucketInputs
from pipelines.policy import Policy
from pipelines.projections import Counts
from pipelines.ranges import GREATEST, LEAST, FileRange
from pipelines.relations import recount
from pipelines.relations.follows import FOLLOWS
from pipelines.runs.count_audit import Audit
from pipelines.runs.staged import Staged
from pipelines.storage import datafiles
from pipelines.storage.bucket_files import write_buckets
from pipelines.tables import Column, Table

DEACTIVATED, ALIKE = 70_000, 70_000 - 65_536  # their ids end in the same sixteen bits
NAMES = ("post_id", "likes", "replies")
STATS = Table("stats", tuple(Column(name, "bigint", name) for name in NAMES), key=("post_id",), bucket_by="post_id")
BUCKETS = 2
LIKED, ANSWERED, STANDING = [1, 1, 1, 2], [2, 9, 8, 8], (1, 2)  # posts 1 and 2 have 3 and 1 likes, 0 and 1 replies


def facts(bucket, _):
    """Likes are where the post is; replies, also to posts that do not stand, are anywhere: here in bucket 0."""
    likes = [post for post in LIKED if post % BUCKETS == bucket]
    return {"likes": np.array([*likes, 0]), "replies": np.array([] if bucket else [*ANSWERED, 0], np.int64)}


def standing(bucket, _):
    return np.array([post for post in STANDING if post % BUCKETS == bucket])


COUNTS = Counts(("likes", "replies"), facts, standing, elsewhere=("replies",))


@pytest.fixture
def refused(engine, tmp_path):
    """What is said of rows (post_id, likes, replies), line by line; nothing when the counts are right."""

    def of(*rows):
        batches = (
            (post % BUCKETS, pa.RecordBatch.from_pylist([dict(zip(NAMES, (post, *counts), strict=True))], STATS.arrow))
            for post, *counts in sorted(rows, key=lambda row: (row[0] % BUCKETS, row))
        )
        written = write_buckets(str(tmp_path), STATS, (), batches)
        files = Staged(STATS, str(tmp_path), tuple(file for file, _ in written)).ranges
        inputs = BucketInputs(Policy(), BUCKETS, MappingProxyType({}), datafiles.read, datafiles.count, 0, 0)
        try:
            Audit(STATS, COUNTS, inputs, files).require_right(engine)
        except AuditError as error:
            return str(error).splitlines()
        return []

    return of


def test_right_counts_pass(refused):
    assert refused((1, 3, 0), (2, 1, 1)) == []


@pytest.mark.parametrize("likes", [2, 4])
def test_a_count_that_is_too_low_or_too_high_is_told_with_its_key(refused, likes):
    assert refused((1, likes, 0), (2, 1, 1)) == [
        "stats fails its checks, nothing is published:",
        "  likes is the number of its facts: 1 rows do not, for instance post_id 1",
    ]


def test_counts_of_two_rows_that_are_swapped_are_told_with_both_keys(refused):
    _, likes = refused((1, 1, 0), (2, 3, 1))
    assert sorted(likes.partition("for instance ")[2].split("; ")) == ["post_id 1", "post_id 2"]


def test_each_column_is_counted_by_its_own_facts(refused):
    assert [line.partition(":")[0] for line in refused((1, 3, 1), (2, 1, 2))[1:]] == [
        "  replies is the number of its facts"
    ]


def test_a_row_that_is_missing_is_told_with_its_key(refused):
    assert refused((2, 1, 1))[1:] == ["  likes is the number of its facts: 1 rows do not, for instance post_id 1"]


def test_a_row_that_is_missing_is_told_by_the_facts_of_other_buckets_alone(refused):
    assert refused((1, 3, 0))[-1] == "  replies is the number of its facts: 1 rows do not, for instance post_id 2"


def test_a_row_too_many_whose_facts_count_nowhere_is_told(refused):
    assert refused((1, 3, 0), (2, 1, 1), (8, 0, 2))[1:] == [
        "  replies is the number of its facts: 1 rows do not, for instance post_id 8"
    ]


@pytest.mark.parametrize("users", [(DEACTIVATED, ALIKE), (ALIKE, DEACTIVATED)])
def test_the_audit_leaves_out_the_deactivated_and_nobody_whose_id_ends_alike(users):
    tables = {
        "follows": [dict(zip(FOLLOWS.key, pair, strict=True), holds=True) for pair in (users, (ALIKE, 5), (5, ALIKE))],
        "deactivations": [{"user_id": DEACTIVATED, "holds": True}, {"user_id": 5, "holds": False}],
    }
    held = {name: (FileRange(0, LEAST, GREATEST, name),) for name in tables}
    inputs = BucketInputs(Policy(), 1, held, lambda name, _: pa.Table.from_pylist(tables[name]), len, 0, 0)
    followers, followees = recount.follows(0, inputs)
    assert (followers.tolist(), followees.tolist()) == ([0, ALIKE, 5], [0, 5, ALIKE])

"""The audit of counts: each is the number of its facts, and a table in which one is not is refused with its keys."""

import pytest

from pipelines.checks import AuditError
from pipelines.projections import Projection
from pipelines.runner.counting import audit_counts
from pipelines.tables import Column, Table

NAMES = ("post_id", "likes", "replies")
STATS = Table("stats", tuple(Column(name, "bigint", name) for name in NAMES), key=("post_id",))
COUNTED = {name: lambda frames, name=name: frames[name] for name in ("likes", "replies")}
PROJECTION = Projection(STATS, ("likes", "replies"), lambda frames: frames["likes"], counts=COUNTED)
LIKED, ANSWERED = [1, 1, 1, 2], [2]  # posts 1 and 2 have 3 and 1 likes, 0 and 1 replies


@pytest.fixture
def refused(engine):
    """What is said of rows (post_id, likes, replies), line by line; nothing when the counts are right."""

    def of(*rows):
        frames = {
            name: engine.session.createDataFrame([(post,) for post in posts], "post_id bigint")
            for name, posts in (("likes", LIKED), ("replies", ANSWERED))
        }
        try:
            audit_counts(PROJECTION, frames, engine.session.createDataFrame(list(rows), STATS.ddl))
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

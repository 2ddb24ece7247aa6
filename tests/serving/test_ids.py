"""Ids that the server makes."""

import random
import uuid
from itertools import pairwise

from pipelines.serving.intake.ids import Ids


def test_an_id_is_a_uuid_of_version_7_that_tells_its_millisecond():
    made = uuid.UUID(Ids(lambda: 1_796_030_625_466_659_000).new())
    assert (made.version, made.variant, made.int >> 80) == (7, uuid.RFC_4122, 1_796_030_625_466)


def test_each_id_is_greater_than_all_before_whatever_the_clock_does(seed):
    draw = random.Random(seed)
    made = Ids(lambda: draw.choice([5, 5, 5, 4, 6, 900]) * 1_000_000)
    ids = [made.new() for _ in range(20_000)]
    assert all(before < after for before, after in pairwise(ids))

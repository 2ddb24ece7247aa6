"""What tasks read of a bucket's files: rows in their table's order, also where files have rows of the same owners."""

from dataclasses import replace
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from pipelines.differences import times
from pipelines.inputs import BucketInputs
from pipelines.policy import Policy
from pipelines.ranges import FileRange
from pipelines.relations.timelines import TIMELINES

KINDS = ("post", "reply", "repost")
ORDER = ("user_id", "entered_at", "post_id", "kind")


def row(user, time, post, kind):
    """An entry of a timeline."""
    known = {"user_id": user, "entered_at": time, "post_id": post, "kind": kind, "author_id": user, "is_reply": False}
    return dict.fromkeys(TIMELINES.names) | known


def inputs_of(files):
    """What reads these rows, by bucket and file."""
    held, ranges = {}, []
    for bucket, rows in files:
        users = [one["user_id"] for one in rows]
        held[str(len(held))] = pa.Table.from_pylist(rows, TIMELINES.arrow)
        ranges.append(FileRange(bucket, min(users), max(users), str(len(held) - 1)))

    def opened(place, columns):
        return held[place].select(columns)

    return BucketInputs(Policy(), 2, {TIMELINES.name: tuple(sorted(ranges))}, opened, len, 0, 0)


def newest_first(rows):
    """Rows as their table has them, as (user, time, post, kind)."""
    keys = [tuple(one[name] for name in ORDER) for one in rows]
    return sorted(keys, key=lambda one: (one[0], -one[1], -one[2], one[3]))


def drawn(rng, users):
    """Some rows of some users, in order."""
    many = range(rng.randint(1, 9))
    found = {(rng.choice(users), rng.randint(1, 3), rng.randint(1, 3), rng.choice(KINDS)) for _ in many}
    return [row(*one) for one in newest_first([row(*one) for one in found])]


@pytest.fixture
def read():
    """A function that reads rows, as (user, time, post, kind), of a bucket, or of all, and of chosen users, or all."""

    def of(inputs, bucket=None, chosen=None):
        inputs = inputs if chosen is None else inputs.choosing({TIMELINES: np.array(chosen, np.int64)})
        columns = [inputs.read(TIMELINES, [name], bucket)[name] for name in ORDER]  # each alone, in the same order
        columns[1] = columns[1].cast(pa.int64())
        return list(zip(*(column.to_pylist() for column in columns), strict=True))

    return of


def test_rows_of_files_that_have_rows_of_one_owner_come_in_order(seed, read):
    rng = Random(seed)
    for _ in range(200):
        files = [(0, drawn(rng, range(2, 2 * rng.randint(2, 12), 2))) for _ in range(rng.randint(1, 5))]
        inputs, every = inputs_of(files), [one for _, rows in files for one in rows]
        assert read(inputs, 0) == newest_first(every)
        chosen = sorted(rng.sample(range(1, 25), 6))
        assert read(inputs, 0, chosen) == newest_first([one for one in every if one["user_id"] in chosen])


def test_beside_the_rows_of_the_chosen_those_come_that_changed_of_others():
    def told(inputs):
        return inputs.read(TIMELINES, ["post_id"], 0)["post_id"].to_pylist()

    came = pa.Table.from_pylist([row(2, 5, 1, "post"), row(4, 8, 2, "post"), row(4, 3, 7, "post")], TIMELINES.arrow)
    went = pa.Table.from_pylist([row(6, 3, 9, "post")], TIMELINES.arrow)
    changes = pa.concat_tables([times(came, 1), times(went, -1)])
    inputs = replace(inputs_of([(0, [row(2, 5, 1, "post"), row(4, 9, 5, "post")])]), differences=lambda *_: changes)
    asked = inputs.choosing({TIMELINES: np.array([2])}).with_rows_of(TIMELINES)
    before = replace(asked, earlier=asked.places).as_before()
    assert (told(inputs), told(asked), told(before)) == ([1, 5], [1, 2, 7], [1, 9])


def test_all_buckets_come_one_after_another(read):
    even, odd = [row(2, 5, 1, "post"), row(6, 5, 1, "post")], [row(1, 5, 1, "post"), row(9, 5, 1, "post")]
    late = [row(2, 7, 3, "reply")]
    inputs = inputs_of([(0, even), (1, odd), (0, late)])
    assert [one[0] for one in read(inputs)] == [2, 2, 6, 1, 9]
    assert read(inputs)[:2] == [(2, 7, 3, "reply"), (2, 5, 1, "post")]
    assert [one[0] for one in read(inputs, 1)] == [1, 9]

"""Where the index of all timelines does not fit, readers are merged in portions, and the rows are the same."""

from dataclasses import replace
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from pipelines.checks import Findings, audit
from pipelines.inputs import BucketInputs
from pipelines.merge.portions import cut, portions
from pipelines.owners import of_owners
from pipelines.policy import Policy
from pipelines.ranges import GREATEST, LEAST, FileRange
from pipelines.relations.deactivations import DEACTIVATIONS
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.hides import HIDES
from pipelines.relations.timelines import TIMELINES
from pipelines.views import newsfeed
from pipelines.views.newsfeed_inputs import opened
from tests.merge.networks import Network, Post, drawn, naive
from tests.merge.test_kernel import POLICIES, rows_of


def inputs_of(network, policy, buckets, memory):
    """What the tasks of a bucket read, with no memory for an index that they share."""
    follows = [(*pair, True, 0) for pair in sorted(network.follows)]
    given = ((FOLLOWS, follows), (HIDES, sorted(network.hides)), (DEACTIVATIONS, []))
    tables = {table.name: table_of(table, rows) for table, rows in given} | {TIMELINES.name: network.timelines()}
    places, files = {}, {}
    for name, rows in tables.items():
        owners = rows[0].to_numpy() % buckets
        places[name] = tuple(FileRange(bucket, LEAST, GREATEST, f"{name} {bucket}") for bucket in range(buckets))
        files |= {f"{name} {bucket}": rows.filter(pa.array(owners == bucket)) for bucket in range(buckets)}
    return BucketInputs(
        policy, buckets, places, lambda place, columns: files[place].select(columns), lambda p: files[p].num_rows,
        memory, shared=0,
    )  # fmt: skip


def table_of(table, rows):
    """Rows as a table."""
    columns = list(zip(*rows, strict=True)) or [()] * len(table.names)
    typed = [pa.array(column, f.type) for column, f in zip(columns, table.arrow, strict=True)]
    return pa.table(typed, schema=table.arrow)


def merged(network, policy, buckets=1, memory=0):
    """The newsfeeds of all readers, made in portions of what fits and audited as such, or of one reader each."""
    inputs, rows, findings = inputs_of(network, policy, buckets, memory), [], Findings()
    for bucket in range(buckets):
        checks = newsfeed.VIEW.audits(bucket, inputs)
        for batch in newsfeed.VIEW.merge(bucket, inputs):
            audit(checks, newsfeed.NEWSFEED.key, batch, batch, findings)
            rows += rows_of(batch)
    assert not findings.counts
    return sorted(rows)


def timelines_of(network):
    """A function that gives the timelines of some users."""
    return lambda users: iter([of_owners(network.timelines(), "user_id", users)])


@pytest.mark.parametrize("entries", [0, 4, 1000])
@pytest.mark.parametrize("buckets", [1, 3])
def test_random_networks_in_portions_merge_as_the_naive_way_says(monkeypatch, seed, entries, buckets):
    monkeypatch.setattr(newsfeed, "PORTION_BATCH", 7)
    random = Random(f"{seed} {entries} {buckets}")
    for _ in range(100):
        network, policy = drawn(random), random.choice([*POLICIES, Policy(cap=2)])
        memory = newsfeed.PORTION * entries * newsfeed.ENTRY_BYTES
        assert merged(network, policy, buckets, memory) == naive(network, policy), (network, policy)


def test_a_portion_has_what_can_matter_of_its_followees_timelines_and_no_more():
    posts = [Post(number, author, number) for author in (1, 2) for number in range(author * 10, author * 10 + 9)]
    replies = [Post(90, 1, 90, is_reply=True, parent_author=2)]
    network = Network(set(), [*posts, *replies], {(1, 20): 5, (2, 10): 100})
    wanted = (np.array([7, 8, 8]), np.array([1, 1, 3]))
    (found,) = portions(timelines_of(network), wanted, 3, 100)
    assert (found.first, found.last) == (7, 8)
    kept = [(row["user_id"], row["post_id"], row["kind"]) for row in found.timelines.to_pylist()]
    assert kept == [(1, 90, "reply"), (1, 18, "post"), (1, 17, "post"), (1, 16, "post"), (1, 20, "repost")]


def test_a_post_that_was_reposted_before_it_was_posted_pushes_no_other_out():
    posts = [Post(number, 1, number) for number in (11, 12, 13)]
    network = Network({(7, 1), (7, 2)}, posts, {(2, 13): 1, (2, 12): 2})
    assert [row[2] for row in merged(network, Policy(cap=1, own_posts=False))] == [11]


def test_readers_who_share_their_followees_share_a_portion():
    starts, users = np.array([0, 2, 4, 5, 6]), np.array([0, 1, 0, 1, 2, 2], np.int32)
    ends = np.empty(4, np.int64)
    assert cut(starts, users, np.array([3, 3, 5]), 6, np.full(3, -1, np.int32), ends) == 2
    assert ends[:2].tolist() == [2, 4]


def test_one_reader_who_needs_more_than_the_limit_is_a_portion():
    starts, ends = np.array([0, 1, 2]), np.empty(2, np.int64)
    assert cut(starts, np.array([0, 1], np.int32), np.array([9, 1]), 5, np.full(2, -1, np.int32), ends) == 2
    assert ends.tolist() == [1, 2]


def test_a_shared_index_is_made_where_it_fits():
    network = Network({(7, 1)}, [Post(11, 1, 11)], {})
    inputs = inputs_of(network, Policy(), 1, 0)
    assert newsfeed.index(inputs) is None
    assert newsfeed.index(replace(inputs, shared=newsfeed.ENTRY_BYTES)) is not None


def test_what_a_batch_holds_beside_the_index_is_kept_only_where_it_fits_with_it():
    inputs = inputs_of(Network({(7, 1)}, [Post(11, 1, 11)], {}), Policy(), 1, 0)
    (place,) = inputs.of(TIMELINES)
    alone, both = (replace(inputs, shared=newsfeed.ENTRY_BYTES * times) for times in (1, 2))
    assert opened(alone, place) is not opened(alone, place)
    assert opened(both, place) is opened(both, place)
    assert newsfeed.index(alone) is newsfeed.index(both) is not None

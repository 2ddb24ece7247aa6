"""The merge alone, without any engine, against a naive one."""

from dataclasses import replace
from itertools import product
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from pipelines.merge.newsfeeds import newsfeeds
from pipelines.merge.readers import authors_in, readers_of
from pipelines.merge.timelines import index_timelines
from pipelines.policy import REPLIES, Policy
from pipelines.relations.timelines import TIMELINES
from pipelines.views.newsfeed import BATCH, NEWSFEED
from tests.merge.networks import Network, Post, drawn, naive

POLICIES = [Policy(*given) for given in product((1, 3, 800), (True, False), REPLIES)]
CASES = 2_000


def merged(network, policy=Policy(), buckets=1, batch=BATCH):
    """The newsfeeds of all readers, made bucket by bucket."""
    timelines = index_timelines(network.timelines(buckets))
    rows = []
    for bucket in range(buckets):
        own = authors_in(timelines, bucket, buckets) if policy.own_posts else timelines.users[:0]
        follows, hides = (pairs_in(bucket, buckets, pairs) for pairs in (network.follows, network.hides))
        readers = readers_of(timelines, follows, hides, own)
        made = newsfeeds(timelines, readers, policy, NEWSFEED.arrow, batch)
        rows += [row for one in made for row in rows_of(one)]
    return sorted(rows)


def pairs_in(bucket, buckets, pairs):
    """The pairs of a bucket's readers, by reader: the first users and the second ones."""
    mine = np.array(sorted(pair for pair in pairs if pair[0] % buckets == bucket), np.int64).reshape(-1, 2)
    return mine[:, 0].copy(), mine[:, 1].copy()


def rows_of(batch):
    """The rows of a batch with times as integers; a reposter's null is None."""
    columns = [column.cast(pa.int64()).to_pylist() for column in batch.columns]
    return zip(*columns, strict=True)


@pytest.mark.parametrize("batch", [1, 7, BATCH])
@pytest.mark.parametrize("buckets", [1, 3])
def test_random_networks_merge_as_the_naive_way_says(seed, batch, buckets):
    random = Random(f"{seed} {batch} {buckets}")
    for _ in range(CASES // 6):
        network, policy = drawn(random), random.choice(POLICIES)
        assert merged(network, policy, buckets, batch) == naive(network, policy), (network, policy)


def test_random_networks_have_ties_and_replies_and_empty_readers_and_posts_reposted_before_they_were_posted(seed):
    random = Random(f"{seed} 1 1")
    networks = [drawn(random) for _ in range(500)]
    posts = [(network, post) for network in networks for post in network.posts]
    reposts = [(n, p, t) for n, p in posts for (_, post), t in n.reposts.items() if post == p.post_id]
    assert any(t < p.time for _, p, t in reposts)
    assert any(t == p.time for _, p, t in reposts)
    assert any(p.is_reply and p.parent_author is None for _, p in posts)
    assert any(len(n.reposts) > 20 for n in networks)
    assert any(n.hides & n.follows for n in networks)
    assert any(not n.follows or not n.posts for n in networks)


def test_a_post_with_far_more_reposts_than_the_reader_has_followees_merges_as_the_naive_way_says(seed):
    random = Random(f"{seed} viral")
    for _ in range(60):
        reposters, readers = range(100, 100 + random.randint(20, 300)), range(1, 40)
        follows = {(reader, random.choice(reposters)) for reader in readers for _ in range(random.randint(1, 6))}
        reposts = {(user, post): random.randint(0, 30) for user in reposters for post in (7, 8)}
        hides = {pair for pair in sorted(follows) if random.random() < 0.2}
        network = Network(follows, [Post(7, 50, 15), Post(8, 100, 15)], reposts, hides)
        policy = random.choice(POLICIES)
        assert merged(network, policy) == naive(network, policy), (network, policy)


# Readers are 1, 2 …, authors 11, 12 …


@pytest.mark.parametrize(
    ("reposts", "shown"),
    [
        ({}, (11, None, 50)),
        ({(12, 101): 60}, (11, None, 50)),
        ({(12, 101): 50}, (11, None, 50)),
        ({(12, 101): 40}, (11, 12, 40)),
        ({(12, 101): 40, (13, 101): 40}, (11, 12, 40)),
        ({(13, 101): 39, (12, 101): 40, (14, 101): 1}, (11, 13, 39)),
        ({(1, 101): 10}, (11, None, 50)),
    ],
)
def test_a_post_stands_once_at_its_earliest_reason(reposts, shown):
    network = Network({(1, 11), (1, 12), (1, 13)}, [Post(101, 11, 50)], reposts)
    (entry,) = [row for row in merged(network) if row[0] == 1]
    assert entry == (1, 1, 101, *shown)


def test_without_the_authors_post_the_first_repost_that_is_followed_counts():
    reposts = {(13, 101): 70, (12, 101): 70, (14, 101): 60, (15, 101): 80}
    network = Network({(1, 12), (1, 13), (1, 15), (2, 15)}, [Post(101, 11, 50)], reposts)
    assert merged(network, Policy(own_posts=False)) == [(1, 1, 101, 11, 12, 70), (2, 1, 101, 11, 15, 80)]


def test_equal_times_come_by_the_greater_post_first_and_the_cap_cuts_between_them():
    network = Network({(1, 11), (1, 12)}, [Post(9, 11, 50), Post(10, 12, 50), Post(100, 11, 50), Post(2, 12, 51)], {})
    entries = [(1, 1, 2, 12, None, 51), (1, 2, 100, 11, None, 50), (1, 3, 10, 12, None, 50), (1, 4, 9, 11, None, 50)]
    for cap in (1, 2, 3, 4, 5):
        assert merged(network, Policy(cap, own_posts=False)) == entries[:cap]


@pytest.mark.parametrize(
    ("parent", "replies", "shown"),
    [
        (1, "followed", True),
        (11, "followed", True),
        (12, "followed", True),
        (13, "followed", False),
        (None, "followed", False),
        (None, "all", True),
        (13, "all", True),
        (12, "none", False),
        (1, "none", False),
    ],
)
def test_a_followees_reply_is_shown_by_the_rule_of_the_policy(parent, replies, shown):
    network = Network({(1, 11), (1, 12)}, [Post(101, 11, 50, is_reply=True, parent_author=parent)], {})
    assert merged(network, Policy(own_posts=False, replies=replies)) == [(1, 1, 101, 11, None, 50)] * shown
    reposted = replace(network, reposts={(12, 101): 60})
    assert merged(reposted, Policy(own_posts=False, replies=replies))[0][4] == (None if shown else 12)


def test_a_followees_repost_of_ones_own_post_is_shown_only_without_own_posts():
    network = Network({(1, 11)}, [Post(101, 1, 50)], {(11, 101): 60})
    assert merged(network) == [(1, 1, 101, 1, None, 50)]
    assert merged(network, Policy(own_posts=False)) == [(1, 1, 101, 1, 11, 60)]


def test_nothing_at_all_makes_no_rows():
    assert merged(Network(set(), [], {})) == []
    assert merged(Network({(1, 2), (2, 1)}, [], {})) == []


# Heavy users are ordinary.


def of_arrays(user_id, post_id, entered_at):
    """Rows of the relation, all of them posts."""
    some = {"user_id": user_id, "entered_at": entered_at, "post_id": post_id}
    same = {"author_id": user_id, "posted_at": entered_at, "is_reply": np.zeros(len(user_id), np.bool_)}
    columns = {**some, **same, "kind": ["post"] * len(user_id), "parent_author_id": np.zeros(len(user_id), np.int64)}
    return pa.table([pa.array(columns[field.name], field.type) for field in TIMELINES.arrow], schema=TIMELINES.arrow)


def feed_of(table, follower_id, followee_id, policy):
    """The newsfeeds as one table, and in how many batches they came."""
    timelines = index_timelines(table)
    nobody = timelines.users[:0]
    readers = readers_of(timelines, (follower_id, followee_id), (nobody, nobody), nobody)
    batches = list(newsfeeds(timelines, readers, policy, NEWSFEED.arrow, BATCH))
    return pa.Table.from_batches(batches), len(batches)


def test_a_celebrity_with_a_million_followers_is_in_every_newsfeed():
    readers = np.arange(1, 1_000_001, dtype=np.int64)
    celebrity = np.full(3, 2_000_000)
    table = of_arrays(celebrity, np.array([12, 11, 10]), np.array([30, 20, 10]))
    found, batches = feed_of(table, readers, np.full(len(readers), 2_000_000), Policy(cap=2, own_posts=False))
    assert batches == -(-2_000_000 // BATCH)
    assert found["reader_id"].to_numpy().tolist() == np.repeat(readers, 2).tolist()
    assert found["post_id"].to_numpy().tolist() == [12, 11] * 1_000_000


def test_a_reader_with_a_hundred_thousand_followees_sees_the_newest_of_all():
    authors = np.arange(1, 100_001, dtype=np.int64)
    users, times = np.repeat(authors, 2), np.tile([2, 1], len(authors)) * 1_000_000 + np.repeat(authors, 2)
    table = of_arrays(users, times, times)
    found, _ = feed_of(table, np.full(len(authors), 200_000), authors, Policy(cap=100_500, own_posts=False))
    expected = [*range(2_100_000, 2_000_000, -1), *range(1_100_000, 1_099_500, -1)]
    assert found["entered_at"].cast(pa.int64()).to_pylist() == expected

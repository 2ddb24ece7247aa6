"""What users followed since bring to newsfeeds that are as they were, against newsfeeds of all that is followed."""

from dataclasses import replace
from random import Random

import numpy as np

from pipelines.merge.newsfeeds import brought
from pipelines.merge.readers import readers_of
from pipelines.merge.timelines import index_timelines
from pipelines.views.newsfeed import NEWSFEED
from tests.merge.networks import drawn, naive
from tests.merge.test_kernel import POLICIES, pairs_in, rows_of

CASES = 1_500


def new_rows(network, since, policy):
    """The entries that the pairs `since`, which are among the follows, bring."""
    timelines = index_timelines(network.timelines())
    mine = {pair for pair in network.follows if pair[0] in {reader for reader, _ in since}}
    follows, hides, more = (pairs_in(0, 1, pairs) for pairs in (mine, network.hides, since))
    readers = readers_of(timelines, follows, hides, np.zeros(0, np.int64))
    made = brought(timelines, readers, more, policy, NEWSFEED.arrow, 1000)
    return [row for one in made for row in rows_of(one)]


def by_post(rows):
    """The entries of readers by reader and post, without their positions."""
    return {(row[0], row[2]): row[3:] for row in rows}


def test_random_networks_grow_to_what_the_naive_way_makes_of_all_that_is_followed(seed):
    random = Random(f"{seed} growing")
    for _ in range(CASES):
        network, policy = drawn(random), replace(random.choice(POLICIES), cap=800)
        since = {pair for pair in sorted(network.follows) if random.random() < 0.4}
        before = by_post(naive(replace(network, follows=network.follows - since), policy))
        rows = new_rows(network, since, policy)
        found = by_post(rows)
        assert before | found == by_post(naive(network, policy)), (network, since, policy)
        assert len(rows) == len([key for key, entry in found.items() if before.get(key) != entry])


def test_of_more_than_the_cap_the_newest_are_brought(seed):
    random = Random(f"{seed} cap")
    for _ in range(CASES // 5):
        network, policy = drawn(random), random.choice(POLICIES)
        since = {pair for pair in sorted(network.follows) if random.random() < 0.6}
        in_all = new_rows(network, since, replace(policy, cap=800))
        assert new_rows(network, since, policy) == [row for row in in_all if row[1] <= policy.cap]

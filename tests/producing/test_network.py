"""A network that lives does all that the contract knows, and the same for the same seed."""

from collections import Counter
from itertools import islice

import pytest

from benchmarks.scales import SCALES
from pipelines.events import EVENT_TYPES
from pipelines.producing import network
from pipelines.producing.network import Network
from pipelines.producing.recent import Recent


def acts(seed, number=20_000):
    return list(islice(Network(500, seed).acts(), number))


@pytest.fixture(scope="module")
def done():
    return acts(7)


def test_the_same_seed_does_the_same_and_another_something_else(done):
    assert acts(7) == done
    assert acts(8) != done


def test_networks_have_the_users_of_the_benchmarks_of_their_names():
    assert {name: SCALES[name].users for name in network.USERS} == network.USERS


def test_all_types_of_events_are_done_as_often_as_they_should_be(done):
    counts = Counter(act.event_type for act in acts(7, 100_000))
    assert set(counts) == set(EVENT_TYPES)
    assert abs(counts["followed"] / counts["liked"] - 1.5) < 0.1
    assert abs(counts["liked"] / counts["posted"] - 2) < 0.1


def test_a_user_registers_once_and_before_all_else(done):
    known = set()
    for act in done:
        assert (act.actor_id in known) == (act.event_type != "registered"), act
        known.add(act.actor_id)
    assert len(known) > 400


def test_posts_have_ids_of_their_own_and_what_is_done_with_one_is_done_with_one_that_was_there(done):
    posted = {}
    for act in done:
        post = act.payload.get("post_id")
        if act.event_type == "posted":
            assert post not in posted
            assert act.payload.get("reply_to_post_id") in (None, *posted)
            posted[post] = act.actor_id
        elif act.event_type in {"post_edited", "post_deleted"}:
            assert posted[post] == act.actor_id
        elif post is not None:
            assert post in posted
    assert not posted.keys() & {act.payload.get("post_id") for act in acts(8)}


def test_only_what_was_done_is_taken_back(done):
    before = set()
    for act in done:
        what = (act.actor_id, tuple(act.payload.items()))
        if act.event_type in network.TAKES_BACK:
            assert (network.TAKES_BACK[act.event_type], *what) in before
        elif act.event_type in network.TAKES_BACK.values():
            before.add((act.event_type, *what))


def test_the_greatest_seed_makes_ids_that_fit():
    ids = [act.payload["post_id"] for act in acts(network.MOST_SEED, 2000) if "post_id" in act.payload]
    assert 2**62 < min(ids) <= max(ids) < 2**63


def test_of_recent_things_the_newest_are_kept_and_each_may_be_drawn():
    recent = Recent(4)
    assert recent.draw(0.5) is None
    for thing in range(6):
        recent.add(thing)
    assert [recent.draw(chance) for chance in (0, 0.64, 0.8, 0.95)] == [5, 4, 3, 2]

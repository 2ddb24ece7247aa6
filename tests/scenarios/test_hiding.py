"""What blocks and mutes hide from alice, the reader."""

import pytest

from tests.scenarios.ways import HIDES, hides


def test_a_post_from_an_author_who_blocked_me_is_hidden(alice, bob, shown):
    alice.follows(bob)
    bob.posts()
    bob.blocks(alice)
    assert shown(alice) == []


def test_a_post_from_an_author_whom_i_blocked_is_hidden(alice, bob, shown):
    alice.follows(bob)
    bob.posts()
    alice.blocks(bob)
    assert shown(alice) == []


def test_a_post_from_an_author_whom_i_muted_is_hidden(alice, bob, shown):
    alice.follows(bob)
    bob.posts()
    alice.mutes(bob)
    assert shown(alice) == []


def test_a_post_from_an_author_who_muted_me_is_shown(alice, bob, shown):
    alice.follows(bob)
    post = bob.posts()
    bob.mutes(alice)
    assert shown(alice) == [post]


@pytest.mark.parametrize("way", HIDES)
def test_what_is_posted_and_reposted_after_the_hide_is_hidden_too(way, alice, bob, carol, shown):
    hides(way, alice, bob)
    alice.follows(bob)
    alice.follows(carol)
    carol.reposts(bob.posts())
    assert shown(alice) == []


def test_a_repost_of_a_post_by_one_whom_i_blocked_is_hidden(alice, bob, carol, shown):
    alice.follows(bob)
    alice.blocks(carol)
    bob.reposts(carol.posts())
    assert shown(alice) == []


def test_a_repost_of_a_post_by_one_whom_i_muted_is_hidden(alice, bob, carol, shown):
    alice.follows(bob)
    alice.mutes(carol)
    bob.reposts(carol.posts())
    assert shown(alice) == []


def test_a_repost_of_a_post_by_one_who_blocks_me_is_hidden(alice, bob, carol, shown):
    alice.follows(bob)
    carol.blocks(alice)
    bob.reposts(carol.posts())
    assert shown(alice) == []


@pytest.mark.parametrize("way", HIDES)
def test_a_post_of_a_hidden_followee_whom_another_followee_reposts_stays_hidden(way, alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    bob.reposts(carol.posts())
    hides(way, alice, carol)
    assert shown(alice) == []


@pytest.mark.parametrize("way", HIDES)
def test_a_repost_by_a_hidden_followee_is_no_reason(way, alice, bob, carol, shown):
    alice.follows(bob)
    bob.reposts(carol.posts())
    hides(way, alice, bob)
    assert shown(alice) == []


@pytest.mark.parametrize("way", HIDES)
def test_a_post_reposted_by_a_hidden_followee_keeps_its_other_reasons(way, alice, bob, carol, dora, feed):
    for followee in (bob, carol):
        alice.follows(followee)
    by_carol, by_dora = carol.posts(at="10:00"), dora.posts(at="10:00")
    bob.reposts(by_carol, at="09:00")
    bob.reposts(by_dora, at="12:00")
    carol.reposts(by_dora, at="13:00")
    assert [(post, by) for post, by, _ in feed(alice)] == [(by_dora, bob), (by_carol, bob)]
    hides(way, alice, bob)
    assert [(post, by) for post, by, _ in feed(alice)] == [(by_dora, carol), (by_carol, None)]


def test_a_repost_by_one_who_muted_me_is_shown(alice, bob, carol, shown):
    alice.follows(bob)
    bob.mutes(alice)
    post = carol.posts()
    bob.reposts(post)
    assert shown(alice) == [post]


def test_what_is_hidden_leaves_room_under_the_cap(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    first, second, *_ = bob.posts(), bob.posts(), carol.posts(), carol.posts()
    alice.mutes(carol)
    assert shown(alice, cap=2) == [second, first]

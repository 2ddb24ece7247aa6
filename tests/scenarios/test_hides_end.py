"""What a hide leaves as it is, and that all comes back to alice, the reader, when it ends."""

import pytest

from tests.scenarios.ways import HIDES, hides


@pytest.mark.parametrize("way", HIDES)
def test_undoing_the_hide_restores_posts_and_reposts_of_and_by_the_other(way, alice, bob, carol, dora, feed):
    alice.follows(bob)
    alice.follows(carol)
    post, others = carol.posts(), dora.posts()
    bob.reposts(post)
    carol.reposts(others)
    before = feed(alice)
    assert [(post, by) for post, by, _ in before] == [(others, carol), (post, None)]
    hides(way, alice, carol)
    assert feed(alice) == []
    hides(way, alice, carol, undo="un")
    assert feed(alice) == before


@pytest.mark.parametrize("way", HIDES)
def test_undoing_the_hide_of_a_stranger_restores_what_my_followee_reposted(way, alice, bob, carol, shown):
    alice.follows(bob)
    hides(way, alice, carol)
    post = carol.posts()
    bob.reposts(post)
    hides(way, alice, carol, undo="un")
    assert shown(alice) == [post]


def test_of_two_who_block_each_other_both_must_unblock(alice, bob, shown):
    alice.follows(bob)
    post = bob.posts()
    alice.blocks(bob)
    bob.blocks(alice)
    alice.unblocks(bob)
    assert shown(alice) == []
    bob.unblocks(alice)
    assert shown(alice) == [post]


def test_an_unblock_does_not_unmute_and_nobody_lifts_the_block_of_another(alice, bob, carol, shown):
    alice.follows(bob)
    post = bob.posts()
    alice.blocks(bob)
    alice.mutes(bob)
    carol.unblocks(bob)
    bob.unblocks(alice)
    alice.unblocks(bob)
    assert shown(alice) == []
    alice.unmutes(bob)
    assert shown(alice) == [post]


def test_a_late_unblock_dated_before_the_block_lifts_nothing(alice, bob, shown):
    alice.follows(bob)
    bob.posts()
    alice.blocks(bob, at="12:00")
    alice.unblocks(bob, at="11:00")
    assert shown(alice) == []


def test_at_one_time_the_greater_event_id_decides_over_a_mute(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    post = bob.posts()
    carol.posts()
    alice.mutes(bob, at="12:00", event_id="10")
    alice.unmutes(bob, at="12:00", event_id="9")
    alice.mutes(carol, at="12:00", event_id="\U0001f600")
    alice.unmutes(carol, at="12:00", event_id="\uff5e")
    assert shown(alice) == [post]


def test_blocks_and_mutes_of_oneself_hide_nothing(alice, bob, shown):
    bob.follows(alice)
    post = alice.posts()
    alice.blocks(alice)
    alice.mutes(alice)
    assert (shown(alice), shown(bob)) == ([post], [post])


def test_a_block_between_author_and_reposter_hides_nothing_from_a_third(alice, bob, carol, shown):
    alice.follows(bob)
    post = carol.posts()
    bob.reposts(post)
    carol.blocks(bob)
    bob.mutes(carol)
    assert shown(alice) == [post]


def test_a_block_hides_both_from_one_another_and_each_keeps_the_own_posts(alice, bob, shown):
    alice.follows(bob)
    bob.follows(alice)
    mine, theirs = alice.posts(), bob.posts()
    bob.blocks(alice)
    assert (shown(alice), shown(bob)) == ([mine], [theirs])


@pytest.mark.parametrize("way", HIDES)
def test_a_hide_changes_no_follow_no_count_and_no_timeline(way, alice, bob, rows):
    alice.follows(bob)
    post = bob.posts()
    alice.likes(post)
    alice.reposts(post)
    alice.replies(post)
    views = ("followers", "followees", "user_timeline", "posts", "post_stats")
    before = {view: rows(view) for view in views}
    counts = [row[8:] for row in rows("profile")]
    assert all(before.values())
    hides(way, alice, bob)
    assert {view: rows(view) for view in views} == before
    assert [row[8:] for row in rows("profile")] == counts == [(0, 1, 1, 0), (1, 0, 1, 1)]
